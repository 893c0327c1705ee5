"""Grades a mutant with its lesson's suite until the first task fails."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.box.levels import best_level
from grader.course.catalogue import SOLUTION
from grader.course.lesson import Lesson
from grader.judging.run import Job, run_lesson
from grader.results import GRADED, NOT_RUN, PASSED
from grader.wire.patience import measured_slowness
from tests.mutants.mutator import Mutant, mutants
from tests.mutants.survivors import Key, Survivor, key_of

AT_ONCE = 4  # tasks between two looks whether one has failed
KILLED, SURVIVED, UNCLEAR = "killed", "survived", "unclear"
EQUIVALENT, UNSEEN = "equivalent", "unseen"  # as listed
STRUCK = "listed as a survivor, and killed"


@dataclass(frozen=True)
class Subject:
    """A mutant of one file of a lesson, and the task to which its function belongs."""

    lesson: Lesson
    file: str
    task: str
    mutant: Mutant

    @property
    def key(self) -> Key:
        """By what it is recognised in survivors.toml."""
        return key_of(self.lesson.id, self.file, self.mutant)


@dataclass(frozen=True)
class Fate:
    """What has become of a mutant. by: the task that failed, or the reason, or the trouble.

    differs: see Survivor.
    """

    subject: Subject
    state: str
    by: str = ""
    differs: str = ""

    @classmethod
    def listed(cls, subject: Subject, survivor: Survivor) -> Fate:
        """Return the fate of a mutant that lives as it is listed."""
        state = UNSEEN if survivor.differs else EQUIVALENT
        return cls(subject, state, survivor.reason, survivor.differs)

    @property
    def is_as_listed(self) -> bool:
        """Whether it died, or is listed as one that cannot."""
        return self.state in (KILLED, EQUIVALENT, UNSEEN)

    def held_against(self, known: dict[Key, Survivor]) -> Fate:
        """Return the fate of a mutant that was graded, in the light of those that are listed."""
        if self.subject.key not in known or self.state == UNCLEAR:
            return self
        if self.state == KILLED:
            return Fate(self.subject, STRUCK, self.by)
        return Fate.listed(self.subject, known[self.subject.key])


def subjects_of(lesson: Lesson) -> list[Subject]:
    """Return the mutants of every function that the lesson's students write."""
    return [
        Subject(lesson, file, task, mutant)
        for file, holes in lesson.holes.items()
        for function, task in holes.items()
        for mutant in mutants((SOLUTION / lesson.id / file).read_text(encoding="utf-8"), function)
    ]


def fate_of(subject: Subject) -> Fate:
    """Grade the mutant: the tasks of its function first, then the others, to the first failure."""
    with tempfile.TemporaryDirectory(prefix="kit-mutant-") as folder:
        submission = _built(subject, Path(folder))
        for tasks in _turns(subject):
            job = Job(subject.lesson, submission, tasks, slowness=_slowness(), box=best_level())
            result = run_lesson(job)
            failed = [task.id for task in result.tasks if task.state not in (PASSED, NOT_RUN)]
            if result.state != GRADED:
                return Fate(subject, UNCLEAR, result.state)
            if failed:
                return Fate(subject, KILLED, failed[0])
    return Fate(subject, SURVIVED)


def _built(subject: Subject, folder: Path) -> Path:
    place = folder / subject.lesson.id
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SOLUTION / subject.lesson.id, place, ignore=ignored)
    (place / subject.file).write_text(subject.mutant.source, encoding="utf-8", newline="\n")
    return folder


def _turns(subject: Subject) -> Iterator[tuple[str, ...]]:
    yield (subject.task,)
    others = [task.id for task in subject.lesson.tasks if task.id != subject.task]
    for first in range(0, len(others), AT_ONCE):
        yield tuple(others[first : first + AT_ONCE])


@cache
def _slowness() -> float:
    return measured_slowness()
