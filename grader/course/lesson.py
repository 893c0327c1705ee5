"""Reads `lesson.toml` and `mistakes.toml`: the one place for a lesson's facts.

mistakes.toml stands beside it, since the catalogue of known mistakes grows by itself.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from grader.errors import UserError


@dataclass(frozen=True)
class Task:
    """One graded behaviour. id: `4.2`; hints: a question, the approach, nearly the code."""

    id: str
    title: str
    points: int
    read: str  # the heading in the lesson's README that explains it
    hints: tuple[str, ...]


@dataclass(frozen=True)
class Sign:
    """By what a mistake is recognised in one failed task; an empty field matches anything.

    got: a regular expression that is looked for in what came (the words of the failure and
    the bytes); expected: one for what should have come; stderr: one for what the program
    printed there; who: the party that noticed, as the message names it.
    """

    task: str = ""
    kinds: tuple[str, ...] = ()
    got: str = ""
    expected: str = ""
    stderr: str = ""
    who: str = ""


@dataclass(frozen=True)
class Mistake:
    """A known wrong way. says: what the student probably did, and the way out."""

    id: str
    says: str
    signs: tuple[Sign, ...]
    failed: tuple[str, ...] = ()  # tasks that must have failed too
    passed: tuple[str, ...] = ()  # tasks that must have passed


@dataclass(frozen=True)
class Lesson:
    """A lesson's facts, and where they were read.

    after: the number of the lesson whose program this one goes on with; edited: files with
    holes; given: new files that come whole; carried: file name -> the stage in which it was
    born; holes: file name -> function -> task id; changes: file name -> names that differ from
    the stage before.
    """

    id: str
    folder: Path
    title: str
    result: str
    minutes: int
    after: int
    edited: tuple[str, ...]
    given: tuple[str, ...]
    carried: Mapping[str, str]
    holes: Mapping[str, Mapping[str, str]]
    changes: Mapping[str, tuple[str, ...]]
    tasks: tuple[Task, ...]
    mistakes: tuple[Mistake, ...] = field(default=())

    @property
    def number(self) -> int:
        """The number in the folder's name: 4 for 04_broadcast."""
        return int(self.id.partition("_")[0])

    @property
    def points(self) -> int:
        """The points of all tasks together."""
        return sum(task.points for task in self.tasks)

    @property
    def suite(self) -> Path:
        """The graded suite."""
        return self.folder / f"test_{self.id.partition('_')[2]}.py"

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all program files of this stage."""
        return (*self.edited, *self.given, *self.carried)

    @cached_property
    def by_id(self) -> dict[str, Task]:
        """The tasks by their ids."""
        return {task.id: task for task in self.tasks}


def load_lesson(folder: Path) -> Lesson:
    """Read a lesson's folder. Raises UserError that names the file when it cannot be read."""
    path = folder / "lesson.toml"
    try:
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        path = folder / "mistakes.toml"
        return _lesson(folder, facts, load_mistakes(path) if path.is_file() else ())
    except FileNotFoundError:
        raise UserError(f"{folder} is not a lesson: it has no lesson.toml") from None
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UserError(f"{path} cannot be read: {error!r}") from None


def load_mistakes(path: Path) -> tuple[Mistake, ...]:
    """Read known mistakes, in the order in which they are tried."""
    facts = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(_mistake(m) for m in facts.get("mistakes", ()))


def _lesson(folder: Path, facts: dict, mistakes: tuple[Mistake, ...]) -> Lesson:  # type: ignore[type-arg]
    files = facts["files"]
    return Lesson(
        id=folder.name,
        folder=folder,
        title=facts["title"],
        result=facts["result"],
        minutes=facts["minutes"],
        after=facts.get("after", int(folder.name[:2]) - 1),
        edited=tuple(files["edited"]),
        given=tuple(files.get("given", ())),
        carried=files.get("carried", {}),
        holes=facts.get("holes", {}),
        changes={name: tuple(names) for name, names in facts.get("changes", {}).items()},
        tasks=tuple(
            Task(t["id"], t["title"], t["points"], t["read"], tuple(t["hints"]))
            for t in facts["tasks"]
        ),
        mistakes=mistakes,
    )


def _mistake(facts: dict) -> Mistake:  # type: ignore[type-arg]
    signs = tuple(
        Sign(**{**sign, "kinds": tuple(sign.get("kinds", ()))}) for sign in facts["signs"]
    )
    failed, passed = tuple(facts.get("failed", ())), tuple(facts.get("passed", ()))
    return Mistake(facts["id"], facts["says"], signs, failed, passed)
