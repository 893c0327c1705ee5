"""Writes everything that is made from results.json: the gradebook, the pages.

The rule: whatever comes from a student is made visible and escaped where it is put in; for HTML
the environment below does both to every value, so that no template can forget it.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.document import Document, write_whole
from grader.errors import UserError
from grader.report.alike import groups_alike, percent
from grader.report.failure import (
    LONGEST_LINE,
    STATE_WORDS,
    failure_text,
    hardships_that_matter,
    the_guess,
)
from grader.report.feedback_markdown import feedback_markdown
from grader.report.gradebook import gradebook_csv
from grader.report.heat import CELLS
from grader.report.index_view import rows_of
from grader.report.late import late_words
from grader.report.levels import is_weak, level_words
from grader.report.mistakes import shared_mistakes
from grader.report.names import FEEDBACK, GRADEBOOK, page_name
from grader.report.next_things import next_things
from grader.report.numbers import any_late, class_numbers, spread
from grader.report.people import needs_a_person
from grader.report.replay import replay_command
from grader.report.svg_sequence import sequence_svg
from grader.results import TaskResult
from grader.spreadsheet import BYTE_ORDER_MARK
from grader.visible import visible, visible_line

TEMPLATES = Path(__file__).with_name("templates")
MISTAKES_TOLD = 20  # in full, with a transcript
LONGEST_STORY = 40_000  # characters


def write_reports(document: Document, out: Path) -> None:
    """Write gradebook.csv, index.html and two pages a submission. Raises UserError."""
    try:
        (out / FEEDBACK).mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror}") from None
    pages = _environment(document)
    write_whole(out / GRADEBOOK, BYTE_ORDER_MARK + gradebook_csv(document))
    write_whole(out / "index.html", _index(pages, document))
    template = pages.get_template("feedback.html.j2")
    for one in document.submissions:
        place = out / FEEDBACK / page_name(one.id)
        todo, late = next_things(one), late_words(one)
        write_whole(place, template.render(one=one, todo=todo, late=late))
        twin = place.with_name(page_name(one.id, ".md"))
        write_whole(twin, feedback_markdown(document, one))


def _index(pages: Environment, document: Document) -> str:
    people = needs_a_person(document)
    return pages.get_template("index.html.j2").render(
        numbers=class_numbers(document),
        spread=spread(document),
        concerns={kind: list(some) for kind, some in groupby(people, attrgetter("kind"))},
        rows=rows_of(document),
        any_late=any_late(document),
        cells=CELLS,
        means={letter: words for letter, _, words in CELLS.values()},
        most_told=MISTAKES_TOLD,
        mistakes=shared_mistakes(document),
        groups=groups_alike(document.alike),
    )


def _environment(document: Document) -> Environment:
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.globals.update(
        document=document,
        words=STATE_WORDS,
        page_name=page_name,
        percent=percent,
        level_words=level_words,
        is_weak=is_weak,
        diagram=_diagram,
        story=_story,
        guess=the_guess,
        hardships=hardships_that_matter,
        tail=_tail,
        replay=replay_command,
    )
    return pages


def _shown(value: object) -> object:
    """What every value in a template goes through; markup is made by the kit and stays."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _diagram(task: TaskResult) -> Markup:
    return Markup(sequence_svg(task.transcript))


def _story(lesson_id: str, task: TaskResult) -> Markup:
    return Markup.escape(visible(failure_text(lesson_id, task), LONGEST_STORY))


def _tail(task: TaskResult) -> Markup:
    return Markup.escape("\n".join(visible_line(line, LONGEST_LINE) for line in task.tail))
