"""The offline grading worksheet of a Moodle assignment.

Moodle looks for its headers in the language of the site, so they tell which language it was.
"""

from __future__ import annotations

import re

from grader.errors import UserError
from grader.handover.roster import Column, Roster, Student, points_in
from grader.handover.table import Table

IDENTIFIER, GRADE, MODIFIED = "Identifier", "Grade", "Last modified (grade)"
MAXIMUM, CHANGEABLE, COMMENTS = "Maximum Grade", "Grade can be changed", "Feedback comments"
KEYS = {"Email address": "email", "Username": "login", "ID number": "sis"}
PARTICIPANT = re.compile(r"(\D*?)\s*(\d+)")
SURELY_A_WORKSHEET = 6  # columns at least
OUR_COMMENT = re.compile(r"(<p[^>]*>)?[\d.]+/\d+ points: ")


def read_moodle(table: Table) -> Roster | None:
    """Return the roster, None if it is no worksheet.

    Raises UserError for one in another language, or one without a column that Moodle needs.
    """
    if IDENTIFIER not in table.header:
        if _looks_like_one(table):
            raise UserError(
                "it looks like a Moodle worksheet in another language: set your language in "
                "Moodle to English, download it again, and upload it in English too"
            )
        return None
    missing = [title for title in (GRADE, MODIFIED) if title not in table.header]
    if missing:
        raise UserError(f'this Moodle worksheet has no column "{missing[0]}": download it again')
    place = table.column(IDENTIFIER)
    rows = [row for row in range(1, len(table.lines)) if table.value(row, place)]
    students = [_student(table, row) for row in rows]
    comments = table.column(COMMENTS) if COMMENTS in table.header else None
    column = Column(table.column(GRADE), GRADE, GRADE, _most(table))
    return Roster(
        "Moodle worksheet", table, students, [column], comments=comments, of_one_assignment=True
    )


def may_replace(comment: str) -> bool:
    """Whether a feedback comment is empty or an earlier one of ours."""
    return not comment.strip() or OUR_COMMENT.match(comment) is not None


def _looks_like_one(table: Table) -> bool:
    """Whether all rows begin with one word and a number, as in `Teilnehmer/in 4711`."""
    rows = range(1, len(table.lines))
    cells = [table.value(row, 0) for row in rows if len(table.lines[row].cells) > 1]
    found = [PARTICIPANT.fullmatch(cell) for cell in cells]
    words = {one.group(1) if one else "" for one in found}
    return len(table.header) >= SURELY_A_WORKSHEET and len(words) == 1 and words != {""}


def _student(table: Table, row: int) -> Student:
    found = PARTICIPANT.fullmatch(table.value(row, table.column(IDENTIFIER)))
    keys = {"participant": found.group(2)} if found else {}
    for title, key in KEYS.items():
        if title in table.header:
            keys[key] = table.value(row, table.column(title))
    changeable = _cell(table, row, CHANGEABLE)
    locked = "Moodle says that this grade cannot be changed" if changeable == "No" else ""
    name = _cell(table, row, "Full name")
    return Student(row, (name,) if name else (), keys, locked)


def _cell(table: Table, row: int, title: str) -> str:
    return table.value(row, table.column(title)) if title in table.header else ""


def _most(table: Table) -> float | None:
    if MAXIMUM not in table.header or len(table.lines) < 2:
        return None
    return points_in(table.value(1, table.column(MAXIMUM)))
