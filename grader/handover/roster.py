"""A learning platform's own export: its students, and the columns that can take marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.handover.table import Table


@dataclass(frozen=True)
class Student:
    """A row. keys: by what a submission may know them: `participant`, `user_id`, `login`,
    `email`, `sis`; names: the ways in which the platform writes the full name; locked: why the
    platform would not take a mark.
    """

    row: int
    names: tuple[str, ...]
    keys: Mapping[str, str]
    locked: str = ""


@dataclass(frozen=True)
class Column:
    """A column for marks. title: without the platform's own ids; most: its points, if known."""

    place: int
    header: str
    title: str
    most: float | None = None


@dataclass
class Roster:
    """What a platform exported.

    heads: rows that are no students but belong in the file; columns: those for marks; comments:
    the place of the one for feedback; only_marked: rows without a mark must be left out;
    of_one_assignment: it is not of a whole course; lesson: the id of the one whose marks are
    filled in, empty for all that were graded.
    """

    platform: str
    table: Table
    students: list[Student]
    columns: list[Column]
    heads: list[int] = field(default_factory=lambda: [0])
    comments: int | None = None
    only_marked: bool = False
    of_one_assignment: bool = False
    lesson: str = ""
    path: Path = Path()

    @property
    def column(self) -> Column:
        """The column that takes the marks, once it has been chosen."""
        return self.columns[0]


def points_in(words: str) -> float | None:
    """Return the number that a cell says, with a decimal point or comma; None if it is none."""
    try:
        return float(words.strip().replace(",", "."))
    except ValueError:
        return None
