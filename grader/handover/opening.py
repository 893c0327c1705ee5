"""Opens a roster: which platform wrote it, and which column takes the marks.

The rule: nothing is guessed. Where more than one column fits, a person names it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import UserError
from grader.handover.blackboard import read_blackboard
from grader.handover.canvas import read_canvas
from grader.handover.escaping import visible
from grader.handover.moodle import read_moodle
from grader.handover.roster import Column, Roster
from grader.handover.table import read_table

READERS = (read_canvas, read_moodle, read_blackboard)
COURSE = ["from", "echo", "to", "chat"]
KNOWN = (
    "a Canvas gradebook (Student, ID, ..., Section), a Moodle grading worksheet (Identifier, "
    "Grade, Last modified (grade)) or a Blackboard file (Username, columns that end in |id)"
)


def open_roster(path: Path, lessons: Sequence[dict[str, Any]], column: str = "") -> Roster:
    """Return the roster with one column left: the one for the marks of these lessons.

    lessons: as in results.json; column: its title, if the user named it. Raises UserError.
    """
    table = read_table(path)
    try:
        found = (reader(table) for reader in READERS)
        roster = next((one for one in found if one is not None), None)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
    if roster is None:
        raise UserError(f"{path} is none of the exports that are known: {KNOWN}")
    if not roster.columns:
        raise UserError(f"{path}: this {roster.platform} has no column for marks: export one")
    roster.path = path
    chosen = _named(roster, column) if column else _fitting(roster, lessons)
    roster.columns = [_only(roster, chosen, bool(column))]
    return roster


def _named(roster: Roster, wanted: str) -> list[Column]:
    """Return the columns called so, in their whole header or without the platform's ids."""
    name = wanted.strip().casefold()
    exact = [one for one in roster.columns if one.header.casefold() == name]
    return exact or [one for one in roster.columns if one.title.casefold() == name]


def _fitting(roster: Roster, lessons: Sequence[dict[str, Any]]) -> list[Column]:
    """Return the columns whose titles name what was graded: the lesson, or else the course."""
    if roster.platform.startswith("Moodle"):
        return roster.columns
    wanted = _lesson_names(lessons[0]["id"]) if len(lessons) == 1 else []
    for words in [*wanted, COURSE]:
        found = [one for one in roster.columns if _holds(one.title, words)]
        if found:
            return found
    return []


def _lesson_names(lesson_id: str) -> list[list[str]]:
    number, *words = _words(lesson_id)
    return [["lesson", number], [number, *words], words]


def _words(title: str) -> list[str]:
    return [word.lstrip("0") for word in re.findall(r"[a-z]+|[0-9]+", title.casefold())]


def _holds(title: str, words: list[str]) -> bool:
    have = _words(title)
    return any(have[n : n + len(words)] == words for n in range(len(have)))


def _only(roster: Roster, chosen: list[Column], named: bool) -> Column:
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(f'"{visible(one.header)}"' for one in chosen or roster.columns)
    if chosen:
        words = "more than one column fits"
    else:
        words = "no column is called so" if named else "no column names the lesson or the course"
    raise UserError(f"{roster.path}: {words}; choose one with --column TITLE: {listed}")
