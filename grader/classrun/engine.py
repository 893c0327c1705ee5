"""Who does the grading: something that takes work and tells results, in whatever order.

Here: threads of this process, each with a suite process of its own. See dask_engine.py for a
cluster.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader.course.lesson import Lesson
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.results import LessonResult
from grader.wire.patience import measured_slowness


@dataclass(eq=False)
class Work:
    """One lesson to grade, for everybody who handed in the same files.

    takers: the ids of their submissions; folder: that of one of them.
    """

    lesson: Lesson
    folder: Path
    seed: int
    graded_with: dict[str, str]
    takers: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What to call it: a student and a lesson."""
        return f"{self.takers[0]} {self.lesson.id}"


Tell = Callable[[Work, LessonResult | Exception], None]


class Engine(Protocol):
    """Grades. `tell` is called from any thread, once for each work that was begun."""

    def begin(self, works: Sequence[Work], tell: Tell) -> None:
        """Begin with all of it; return at once. Raises UserError if that cannot be done."""

    def longest(self) -> tuple[str, float] | None:
        """Return the name of the work that has been running longest, and for how many seconds."""

    def end(self) -> None:
        """End what runs and begin no other; return when it has ended and was told."""


class LocalEngine:
    """Grades on this machine, `jobs` lessons at the same time, all their files in `workshop`."""

    def __init__(self, jobs: int, workshop: Path) -> None:
        self.pool = ThreadPoolExecutor(jobs)
        self.workshop = workshop
        self.running: dict[Work, float] = {}

    def begin(self, works: Sequence[Work], tell: Tell) -> None:
        """Hand the work to the threads."""
        slowness = measured_slowness()
        for work in works:
            self.pool.submit(self._grade, work, slowness, tell)

    def _grade(self, work: Work, slowness: float, tell: Tell) -> None:
        self.running[work] = time.monotonic()
        box = work.graded_with["sandbox"]
        job = Job(work.lesson, work.folder, (), work.seed, slowness, box, self.workshop)
        outcome: LessonResult | Exception
        try:
            outcome = run_lesson(job)
        except Exception as error:  # told where it can be shown
            outcome = error
        del self.running[work]
        tell(work, outcome)

    def longest(self) -> tuple[str, float] | None:
        """See Engine."""
        return longest_of({work.name: began for work, began in list(self.running.items())})

    def end(self) -> None:
        """See Engine."""
        self.pool.shutdown(wait=False, cancel_futures=True)
        if self.running:
            end_running_suites()
        self.pool.shutdown()


def longest_of(began: dict[str, float]) -> tuple[str, float] | None:
    """Return the name that began first, and the seconds since. began: monotonic times."""
    if not began:
        return None
    name = min(began, key=lambda one: began[one])
    return name, time.monotonic() - began[name]
