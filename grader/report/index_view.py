"""What index.html shows of each submission, as plain values; the template only lays it out."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from grader.document import Document
from grader.report.heat import heat_cells
from grader.report.late import late_words
from grader.report.names import page_name
from grader.report.numbers import lesson_mark
from grader.report.people import needs_a_person
from grader.results import MISSING, SubmissionResult

PERSON, ABSENT, HALF = "person", "missing", "half"  # what the filters ask for


@dataclass(frozen=True)
class Row:
    """One submission. flags: those of PERSON, ABSENT, HALF that hold; search: in lower case."""

    id: str
    name: str
    page: str
    search: str
    flags: tuple[str, ...]
    marks: tuple[str, ...]
    points: int
    percent: int
    mark: float
    late: str
    notes: tuple[str, ...]
    cells: Markup


def rows_of(document: Document) -> list[Row]:
    """Return a row for each submission, in the document's order."""
    looked_at = {concern.id for concern in needs_a_person(document)}
    return [_row(document, one, one.id in looked_at) for one in document.submissions]


def _row(document: Document, one: SubmissionResult, looked_at: bool) -> Row:
    absent = any(lesson.state == MISSING for lesson in one.lessons)
    holds = {PERSON: looked_at, ABSENT: absent, HALF: one.below_half}
    words = (one.id, *(one.person.get(key, "") for key in ("name", "login", "email")))
    return Row(
        id=one.id,
        name=one.person.get("name", ""),
        page=f"feedback/{page_name(one.id)}",
        search=" ".join(word for word in words if word).lower(),
        flags=tuple(flag for flag, held in holds.items() if held),
        marks=tuple(lesson_mark(one, lesson["id"]) for lesson in document.lessons),
        points=one.points,
        percent=round(100 * one.points / one.max_points) if one.max_points else 0,
        mark=one.mark,
        late=late_words(one),
        notes=tuple(one.notes),
        cells=heat_cells(document, one),
    )
