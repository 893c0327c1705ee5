"""The heat map: a row a submission, a cell a task, a letter and a colour for what became of it.

The rule: a cell is a few bytes, since a class has tens of thousands. Its words and its link are
the same for a whole row and column, so the page's script puts them in when a cell is pointed at.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from grader.document import Document
from grader.results import (
    CRASHED,
    FAILED,
    GRADED,
    GRADER_ERROR,
    MISSING,
    NOT_RUN,
    PASSED,
    TIMEOUT,
    UNGRADED,
    SubmissionResult,
)

# state -> letter, class, words; the letters are told apart without any colour
CELLS = {
    PASSED: ("\u00b7", "", "passed"),
    FAILED: ("F", "f", "failed"),
    CRASHED: ("C", "c", "the program crashed"),
    TIMEOUT: ("T", "t", "took too long"),
    NOT_RUN: ("w", "w", "not run: it waits for another task"),
    MISSING: ("\u2013", "m", "not handed in"),
    UNGRADED: ("?", "u", "not graded"),
}
MEANS = {GRADER_ERROR: UNGRADED}


def heat_cells(document: Document, one: SubmissionResult) -> Markup:
    """Return the cells of one row, in the order of the document's tasks."""
    return Markup("").join(
        _cell(state, first)
        for lesson in document.lessons
        for first, state in _first_marked(states_of(lesson, one))
    )


def _first_marked(states: list[str]) -> list[tuple[bool, str]]:
    return [(place == 0, state) for place, state in enumerate(states)]


def states_of(lesson: dict[str, Any], one: SubmissionResult) -> list[str]:
    """Return what became of each task of a lesson, as a key of CELLS. lesson: see describe()."""
    ids = [task["id"] for task in lesson["tasks"]]
    result = next((result for result in one.lessons if result.id == lesson["id"]), None)
    if result is None or result.state == MISSING:
        return [MISSING] * len(ids)
    if result.state != GRADED and not result.tasks:
        return [UNGRADED] * len(ids)
    states = {task.id: MEANS.get(task.state, task.state) for task in result.tasks}
    return [states.get(name, UNGRADED) for name in ids]


def _cell(state: str, first: bool) -> Markup:
    letter, name, _ = CELLS[state]
    names = " ".join(word for word in (name, "l" if first else "") if word)
    quoted = f' class="{names}"' if " " in names else f" class={names}" if names else ""
    return Markup(f"<td{quoted}>{letter}")
