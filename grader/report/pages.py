"""Writes everything that is made from results.json: the gradebook, the pages.

The rule: whatever comes from a student is escaped where it is put in.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from grader.document import Document, write_whole
from grader.errors import UserError
from grader.report.failure import STATE_WORDS, failure_text
from grader.report.gradebook import gradebook_csv
from grader.report.numbers import class_numbers, lesson_mark, needs_a_person

RESULTS = "results.json"
TEMPLATES = Path(__file__).with_name("templates")
NEXT_THINGS = 3


def write_reports(document: Document, out: Path) -> None:
    """Write gradebook.csv, index.html and a page a submission. Raises UserError."""
    try:
        (out / "feedback").mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror}") from None
    pages = _environment()
    write_whole(out / "gradebook.csv", gradebook_csv(document))
    shared = {"document": document, "words": STATE_WORDS, "page_name": page_name}
    index = pages.get_template("index.html.j2").render(
        **shared,
        numbers=class_numbers(document),
        people=needs_a_person(document),
        mark=lesson_mark,
    )
    write_whole(out / "index.html", index)
    template = pages.get_template("feedback.html.j2")
    for submission in document.submissions:
        failed = [(lesson, task) for lesson in submission.lessons for task in lesson.failed]
        page = template.render(
            **shared, one=submission, story=failure_text, todo=failed[:NEXT_THINGS]
        )
        write_whole(out / "feedback" / page_name(submission.id), page)


def page_name(submission_id: str) -> str:
    """Return the file name of a submission's page; one that is no plain name gets a hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", submission_id)[:80]
    if plain != submission_id or plain.startswith("."):
        plain = f"_{plain}-{hashlib.sha256(submission_id.encode()).hexdigest()[:8]}"
    return f"{plain}.html"


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
