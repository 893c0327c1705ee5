"""The grade center file that Blackboard exports.

A column is known by the id in its header; one without would be imported as a new column.
"""

from __future__ import annotations

import re

from grader.handover.roster import Column, Roster, Student, points_in
from grader.handover.table import Table

HEADER = re.compile(r"(?P<title>.*?)\s*(\[Total Pts: (?P<most>[^\]]*)\]\s*)?\|\s*(?P<id>\d+)\s*")
KEYS = {"Username": "login", "Student ID": "sis"}


def read_blackboard(table: Table) -> Roster | None:
    """Return the roster, None if the table is none of Blackboard's."""
    found = [HEADER.fullmatch(header) for header in table.header]
    if "Username" not in table.header or not any(found):
        return None
    place = table.column("Username")
    rows = [row for row in range(1, len(table.lines)) if table.value(row, place)]
    columns = [
        Column(place, table.header[place], one["title"], _most(one["most"]))
        for place, one in enumerate(found)
        if one
    ]
    students = [_student(table, row) for row in rows]
    return Roster("Blackboard grade center file", table, students, columns)


def _student(table: Table, row: int) -> Student:
    cells = {title: table.value(row, place) for place, title in enumerate(table.header)}
    first, last = cells.get("First Name", ""), cells.get("Last Name", "")
    names = (f"{first} {last}", f"{last}, {first}") if first and last else ()
    return Student(row, names, {key: cells[t] for t, key in KEYS.items() if t in cells})


def _most(words: str | None) -> float | None:
    found = re.search(r"\d+([.,]\d+)?", words or "")
    return points_in(found.group()) if found else None
