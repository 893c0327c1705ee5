"""The gradebook that Canvas exports.

The rule of its importer that matters here: an empty cell over an existing mark is a change.
So a row without a mark is left out of the file.
"""

from __future__ import annotations

import re

from grader.handover.roster import Column, Roster, Student, points_in
from grader.handover.table import Table

FIRST = ("Student", "ID")
KEYS = {"ID": "user_id", "SIS Login ID": "login", "SIS User ID": "sis"}
TOTALS = re.compile(r"(Current|Final|Override) (Score|Points|Grade|Status)")
TITLE = re.compile(r"(.*?)\s*\(\d+\)$", re.DOTALL)
NO_STUDENT = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)


def read_canvas(table: Table) -> Roster | None:
    """Return the roster, None if the table is none of Canvas' gradebooks."""
    if tuple(table.header[:2]) != FIRST or "Section" not in table.header:
        return None
    points = _points_row(table)
    rows = range(1, len(table.lines))
    heads = [0, *(row for row in rows if row == points or _says_nothing(table, row))]
    students = [_student(table, row) for row in rows if row not in heads]
    places = range(table.column("Section") + 1, len(table.header))
    columns = [_column(table, place, points) for place in places if _takes(table, place, points)]
    return Roster("Canvas gradebook", table, students, columns, heads, only_marked=True)


def is_excused(cell: str) -> bool:
    """Whether the cell says that this student needs no mark."""
    return cell.strip().upper() == "EX"


def _points_row(table: Table) -> int | None:
    rows = range(1, len(table.lines))
    return next((row for row in rows if "Points Possible" in table.value(row, 0)), None)


def _says_nothing(table: Table, row: int) -> bool:
    cells = (table.value(row, place) for place in range(len(table.lines[row].cells)))
    return all(NO_STUDENT.fullmatch(cell) for cell in cells)


def _student(table: Table, row: int) -> Student:
    name = table.value(row, 0)
    last, _, first = name.partition(", ")
    names = (name, f"{first} {last}") if first else (name,)
    cells = {title: table.value(row, place) for place, title in enumerate(table.header)}
    return Student(row, names, {key: cells[t] for t, key in KEYS.items() if t in cells})


def _takes(table: Table, place: int, points: int | None) -> bool:
    header = table.header[place]
    read_only = points is not None and "read only" in table.value(points, place)
    return bool(header) and not read_only and not TOTALS.search(header)


def _column(table: Table, place: int, points: int | None) -> Column:
    header = table.header[place]
    found = TITLE.fullmatch(header)
    most = points_in(table.value(points, place)) if points is not None else None
    return Column(place, header, found.group(1) if found else header, most)
