"""Grades a class: one job a lesson of a submission, several side by side, every result kept.

The rules: a result is on disk before it is counted as done, and nothing is graded twice. What
several have handed in alike (thirty untouched starters) is graded once for all of them: the seed
comes from what was handed in, so each would get the same result.
"""

from __future__ import annotations

import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Protocol

from grader.classrun.conditions import Conditions, Key, key_of
from grader.classrun.earlier import Earlier
from grader.classrun.engine import Engine, Work
from grader.classrun.intake import Submission
from grader.classrun.journal import Journal
from grader.course.lesson import Lesson
from grader.errors import UserError
from grader.results import GRADED, MISSING, LessonResult
from grader.submission import NOTHING, fingerprint

LOOK_SECONDS = 1.0  # between two looks at who is slow
News = tuple[Work, LessonResult | Exception] | None  # None: Ctrl-C


@dataclass(frozen=True)
class Plan:
    """What is to be graded, with what; earlier: results that may be taken over.

    replay: with the seeds that are recorded there, for submissions that have not changed.
    """

    submissions: Sequence[Submission]
    lessons: Sequence[Lesson]
    conditions: Conditions
    earlier: Earlier
    replay: bool = False


class Watcher(Protocol):
    """Somebody who is shown how far the run has come."""

    def advance(self, names: Sequence[str], result: LessonResult) -> None:
        """A lesson has been graded, for these submissions."""

    def look(self, longest: tuple[str, float] | None) -> None:
        """A second has passed; this is who takes longest, and for how many seconds."""


@dataclass
class ClassRun:
    """What a run has come to: results by submission and lesson, and the work that is left."""

    results: dict[str, dict[str, LessonResult]] = field(default_factory=dict)
    works: dict[Key, Work] = field(default_factory=dict)
    interrupted: bool = False

    @property
    def left(self) -> int:
        """How many lessons are still to be graded."""
        return sum(len(work.takers) for work in self.works.values())

    @property
    def done(self) -> int:
        """How many lessons have a result."""
        return sum(len(lessons) for lessons in self.results.values())

    @property
    def missing(self) -> int:
        """How many of them were not handed in."""
        every = (result for lessons in self.results.values() for result in lessons.values())
        return sum(result.state == MISSING for result in every)

    def keep(self, work: Work, result: LessonResult) -> None:
        """Take a result for all who handed in the same; all but the first take it over."""
        del self.works[key_of(work.lesson.id, work.graded_with)]
        for number, name in enumerate(work.takers):
            self.results[name][result.id] = replace(result, cached=number > 0)


def prepare(plan: Plan) -> ClassRun:
    """Take over what can be, note what is missing, and gather the work that is left."""
    run = ClassRun({one.id: {} for one in plan.submissions})
    for one in plan.submissions:
        for lesson in plan.lessons:
            _prepare(plan, run, one, lesson)
    return run


def _prepare(plan: Plan, run: ClassRun, one: Submission, lesson: Lesson) -> None:
    results = run.results[one.id]
    files = fingerprint(one.folder, [lesson]) if one.folder else NOTHING
    if one.folder is None or files == NOTHING:
        results[lesson.id] = LessonResult(lesson.id, lesson.title, MISSING, 0, lesson.points)
        return
    seed, graded_with = _seed(plan, one, lesson, files)
    if earlier := plan.earlier.find(lesson.id, graded_with):
        results[lesson.id] = earlier
        return
    key = key_of(lesson.id, graded_with)
    if key not in run.works:
        run.works[key] = Work(lesson, one.folder, seed, graded_with)
    run.works[key].takers.append(one.id)


def _seed(plan: Plan, one: Submission, lesson: Lesson, files: str) -> tuple[int, dict[str, str]]:
    """Return the seed, and what LessonResult.graded_with will say."""
    graded_with = plan.conditions.graded_with(lesson, files)
    recorded = plan.earlier.result(one.id, lesson.id) if plan.replay else None
    if recorded and recorded.graded_with.get("files") == files:
        return recorded.seed, graded_with | {"secret": recorded.graded_with["secret"]}
    return plan.conditions.seed_of(lesson, files), graded_with


def grade(run: ClassRun, engine: Engine, journal: Journal, watcher: Watcher) -> None:
    """Grade the work that is left. On Ctrl-C what was done by then is kept.

    Raises UserError when the disk is full, or the engine cannot begin.
    """
    news: queue.SimpleQueue[News] = queue.SimpleQueue()
    try:
        with _ctrl_c(lambda: news.put(None)):
            engine.begin(list(run.works.values()), lambda work, outcome: news.put((work, outcome)))
            while run.works and not run.interrupted:
                _hear(run, news, engine, journal, watcher)
    finally:
        engine.end()
    while run.works and not news.empty():
        if (last := news.get()) and _is_whole(last[1]):  # told while the engine came to its end
            _keep(run, last, journal, watcher)


def _hear(
    run: ClassRun,
    news: queue.SimpleQueue[News],
    engine: Engine,
    journal: Journal,
    watcher: Watcher,
) -> None:
    try:
        heard = news.get(timeout=LOOK_SECONDS)
    except queue.Empty:
        watcher.look(engine.longest())
        return
    if heard is None:
        run.interrupted = True
    else:
        _keep(run, heard, journal, watcher)


def _keep(
    run: ClassRun,
    news: tuple[Work, LessonResult | Exception],
    journal: Journal,
    watcher: Watcher,
) -> None:
    work, outcome = news
    if isinstance(outcome, OSError):
        way_out = "mend that and give the same command again, it goes on from here"
        raise UserError(f"cannot grade {work.name}: {outcome.strerror}; {way_out}")
    if isinstance(outcome, Exception):
        raise outcome
    outcome.graded_with = work.graded_with
    journal.keep(work.takers, outcome)
    run.keep(work, outcome)
    watcher.advance(work.takers, outcome)


def _is_whole(outcome: LessonResult | Exception) -> bool:
    return isinstance(outcome, LessonResult) and outcome.state == GRADED


@contextmanager
def _ctrl_c(act: Callable[[], None]) -> Iterator[None]:
    """Let the first Ctrl-C do this instead of interrupting; the second one interrupts."""

    def heard(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        act()

    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGINT, heard)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
