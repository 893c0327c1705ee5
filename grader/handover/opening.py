"""Opens a roster: which platform wrote it, and which column takes the marks.

The rule: nothing is guessed. Where more than one column fits, a person names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.errors import UserError
from grader.handover.blackboard import read_blackboard
from grader.handover.canvas import read_canvas
from grader.handover.moodle import read_moodle
from grader.handover.roster import Column, Roster
from grader.handover.table import read_table
from grader.handover.titles import lesson_named, names_course, naming_lesson
from grader.visible import visible_line

READERS = (read_canvas, read_moodle, read_blackboard)
KNOWN = (
    "a Canvas gradebook (Student, ID, ..., Section), a Moodle grading worksheet (Identifier, "
    "Grade, Last modified (grade)) or a Blackboard file (Username, columns that end in |id)"
)


def open_roster(path: Path, lessons: Sequence[dict[str, Any]], column: str = "") -> Roster:
    """Return the roster with one column left: the one for the marks of these lessons.

    lessons: those that were asked for, as in results.json; column: its title, if the user named
    it. A column that names one of several lessons takes that lesson's marks. Raises UserError.
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
    ids = [str(lesson["id"]) for lesson in lessons]
    chosen = _named(roster, column) if column else _fitting(roster, ids)
    roster.columns = [_only(roster, chosen, bool(column))]
    roster.lesson = ids[0] if len(ids) == 1 else lesson_named(_title(roster), ids)
    return roster


def _named(roster: Roster, wanted: str) -> list[Column]:
    """Return the columns called so, in their whole header or without the platform's ids."""
    name = wanted.strip().casefold()
    exact = [one for one in roster.columns if one.header.casefold() == name]
    return exact or [one for one in roster.columns if one.title.casefold() == name]


def _fitting(roster: Roster, ids: Sequence[str]) -> list[Column]:
    """Return the columns whose titles name what was graded: the lesson, or else the course."""
    if roster.of_one_assignment:
        return roster.columns
    fitting = naming_lesson([one.title for one in roster.columns], ids[0]) if len(ids) == 1 else []
    places = fitting or [n for n, one in enumerate(roster.columns) if names_course(one.title)]
    return [roster.columns[place] for place in places]


def _title(roster: Roster) -> str:
    """Return what says which lesson it is: Moodle puts the assignment into the file's name."""
    return roster.path.stem if roster.of_one_assignment else roster.column.title


def _only(roster: Roster, chosen: list[Column], named: bool) -> Column:
    if len(chosen) == 1:
        return chosen[0]
    listed = ", ".join(f'"{visible_line(one.header)}"' for one in chosen or roster.columns)
    if chosen:
        words = "more than one column fits"
    else:
        words = "no column is called so" if named else "no column names the lesson or the course"
    raise UserError(f"{roster.path}: {words}; choose one with --column TITLE: {listed}")
