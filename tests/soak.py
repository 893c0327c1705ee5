"""Looks for flakes: grades right programs again and again where a machine has no time for them.

    python -m tests.soak --runs 200 [--first 1] [--lesson 4] [--jobs 3] [--under one-core]
    python -m tests.soak --minutes 30 --first 201         a slice: as many runs as that takes

The runs are shared out over busy neighbours, little memory, nice 19, a single core, fork bombs and
a crowd of suites. Each seed has an order of its own, so that a short slice meets all lessons.
Every point that a right program loses is a flake of ours; its transcript is printed. At the end
stands how many runs of each lesson there were, so that slices can be added up. Exit status 1 if a
point was lost.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from grader.box.levels import best_level
from grader.course.catalogue import SOLUTION, lessons_named
from grader.course.lesson import Lesson
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.report.failure import failure_text
from grader.results import PASSED, LessonResult
from grader.wire.patience import measured_slowness
from tests.known.catalogue import build, programs
from tests.pressure import CONDITIONS, SUITES_AT_ONCE

Subject = tuple[str, Lesson, Path]
LONGEST = 5  # tasks that are named at the end: who comes near a limit is lost next
MOST_RUNS = 1000  # of each suite in a slice that is bounded by minutes


def main() -> int:
    """Soak; return the exit status."""
    options = _options()
    if not options.under:
        return _under_each(options)
    lessons = lessons_named(options.lesson)
    with tempfile.TemporaryDirectory(prefix="kit-soak-") as folder:
        subjects = list(_subjects(lessons, Path(folder), options.only_reference))
        slowness = measured_slowness()  # before the neighbours come: as check does on a laptop
        with CONDITIONS[options.under]():
            seeds = range(options.first, options.first + options.runs)
            jobs = options.jobs or SUITES_AT_ONCE.get(options.under, 3)
            end = time.monotonic() + 60 * options.minutes if options.minutes else None
            return soak(subjects, seeds, jobs, slowness, end)


def _under_each(options: argparse.Namespace) -> int:
    """Let a process of its own do a part of the runs under each condition."""
    worst, first = 0, options.first
    for place, name in enumerate(CONDITIONS):
        runs = (options.runs + place) // len(CONDITIONS)
        if runs:
            print(f"-- {name}, {runs} runs", flush=True)
            more = ["--under", name, "--runs", str(runs), "--first", str(first)]
            if options.minutes:
                more += ["--minutes", str(options.minutes / len(CONDITIONS))]
            worst |= subprocess.run(
                [sys.executable, "-m", "tests.soak", *sys.argv[1:], *more], check=False
            ).returncode
        first += runs
    return worst


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, help="of each suite on each program: 20")
    parser.add_argument("--minutes", type=float, help="begin no run later than that")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first run")
    parser.add_argument("--lesson", action="append", default=[])
    parser.add_argument("--jobs", type=int, help="suites at the same time: 3")
    parser.add_argument("--under", choices=CONDITIONS, help="this only, not each in its turn")
    parser.add_argument("--only-reference", action="store_true", help="leave the odd ones out")
    options = parser.parse_args()
    options.runs = options.runs or (MOST_RUNS if options.minutes else 20)
    return options


def _subjects(lessons: list[Lesson], folder: Path, only_reference: bool) -> Iterator[Subject]:
    for lesson in lessons:
        yield "reference", lesson, SOLUTION
        for program in programs("odd", lesson.id):
            if only_reference or not program.is_at_home:
                continue
            yield program.name, lesson, build(program, folder / program.id)


def soak(
    subjects: list[Subject], seeds: range, jobs: int, slowness: float, end: float | None
) -> int:
    """Grade each program with each seed; begin none after `end` (as time.monotonic() says it).

    Return the exit status: 1 if one of them lost a point.
    """

    def grade(lesson: Lesson, folder: Path, seed: int) -> LessonResult | None:
        if end and time.monotonic() >= end:
            return None
        return run_lesson(Job(lesson, folder, (), seed, slowness, best_level()))

    began = time.monotonic()
    tally = Tally()
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(grade, lesson, folder, seed): name
            for seed in seeds
            for name, lesson, folder in random.Random(seed).sample(subjects, len(subjects))
        }
        try:
            for future in as_completed(waiting):
                if result := future.result():
                    tally.add(waiting[future], result)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            end_running_suites()
    tally.tell(time.monotonic() - began)
    return 1 if tally.lost else 0


class Tally:
    """What came of the runs: how many of which lesson, which lost points, which tasks took long."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.longest: dict[str, tuple[float, str]] = {}  # task -> seconds, whose they were

    def add(self, name: str, result: LessonResult) -> None:
        """Count a run, and tell at once of a point that it lost."""
        self.done[result.id] += 1
        if result.points < result.max_points:
            self.lost[f"{name} {result.id}"] += 1
            _tell(name, result)
        for task in result.tasks:
            self.longest[task.id] = max(self.longest.get(task.id, (0, "")), (task.seconds, name))
        if self.done.total() % 50 == 0:
            print(f"{self.done.total()} runs, {self.lost.total()} lost a point", flush=True)

    def tell(self, seconds: float) -> None:
        """Print the figures. seconds: how long it took."""
        print(f"{self.done.total()} suite runs, {self.lost.total()} lost a point, {seconds:.0f} s")
        print(
            "runs: " + ", ".join(f"{lesson} {times}" for lesson, times in sorted(self.done.items()))
        )
        longest = sorted(self.longest.items(), key=lambda item: item[1], reverse=True)[:LONGEST]
        words = (f"{task} {took:.1f} s ({name})" for task, (took, name) in longest)
        print("longest: " + ", ".join(words))
        for name, times in sorted(self.lost.items()):
            print(f"  lost: {name}: {times}")


def _tell(name: str, result: LessonResult) -> None:
    print(f"\nLOST: {name}, {result.id}, seed {result.seed}, {result.points} points")
    for task in result.tasks:
        if task.state != PASSED:
            print(failure_text(result.id, task) if task.kind else f"{task.id} {task.state}")
            print(task.detail, flush=True)


if __name__ == "__main__":
    sys.exit(main())
