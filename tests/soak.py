"""Looks for flakes: grades right programs again and again where a machine has no time for them.

    python -m tests.soak --runs 200 [--first 1] [--lesson 4] [--jobs 3] [--under one-core]
    python -m tests.soak --minutes 30 --first 201         a slice: as many runs as that takes

Runs are counted for each lesson: the reference and the odd programs of one take turns. They are
shared out over busy neighbours, little memory, nice 19, a single core, fork bombs and a crowd of
suites. Each seed has an order of its own, and meets all lessons once.
Every point that a right program loses is a flake of ours; its transcript is printed. With --keep
FILE the figures of each slice are added to a file, and those of all slices in it are printed at the
end. Exit status 1 if a point was lost.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

from grader.box.levels import best_level
from grader.course.catalogue import SOLUTION, lessons_named
from grader.course.lesson import Lesson
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.results import LessonResult
from grader.wire.patience import measured_slowness
from tests.known.catalogue import build, programs
from tests.pressure import CONDITIONS, SUITES_AT_ONCE
from tests.tally import Tally, tell_all

Subject = tuple[str, Lesson, Path]
MOST_RUNS = 1000  # of each lesson in a slice that is bounded by minutes


def main() -> int:
    """Soak; return the exit status."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell had it ignored
        signal.signal(number, signal.default_int_handler)
    if not options.under:
        return _under_each(options)
    lessons = lessons_named(options.lesson)
    with tempfile.TemporaryDirectory(prefix="kit-soak-") as folder:
        subjects = list(_subjects(lessons, Path(folder), options.only_reference))
        slowness = measured_slowness()  # before the neighbours come: as check does on a laptop
        with CONDITIONS[options.under]():
            print(f"-- {options.under}", flush=True)
            seeds = range(options.first, options.first + options.runs)
            jobs = options.jobs or SUITES_AT_ONCE.get(options.under, 3)
            end = time.monotonic() + 60 * options.minutes if options.minutes else None
            tally = soak(subjects, seeds, jobs, slowness, end)
        if options.keep:
            tally.keep(options.keep, options.under)
    return 1 if tally.lost else 0


def _under_each(options: argparse.Namespace) -> int:
    """Let a process of its own do a part of the runs under each condition."""
    worst, first = 0, options.first
    for place, name in enumerate(CONDITIONS):
        runs = (options.runs + place) // len(CONDITIONS)
        if runs:
            more = ["--under", name, "--runs", str(runs), "--first", str(first)]
            if options.minutes:
                more += ["--minutes", str(options.minutes / len(CONDITIONS))]
            part = subprocess.Popen([sys.executable, "-m", "tests.soak", *sys.argv[1:], *more])
            try:
                worst |= part.wait()
            except KeyboardInterrupt:
                part.send_signal(signal.SIGINT)
                worst |= part.wait()
                break
        first += runs
    if options.keep:
        tell_all(options.keep)
    return worst


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, help="of each lesson: 20")
    parser.add_argument("--minutes", type=float, help="begin no run later than that")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first run")
    parser.add_argument("--lesson", action="append", default=[])
    parser.add_argument("--jobs", type=int, help="suites at the same time: 3")
    parser.add_argument("--under", choices=CONDITIONS, help="this only, not each in its turn")
    parser.add_argument("--keep", type=Path, help="a file to which each slice is added")
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
    subjects: list[Subject],
    seeds: range,
    jobs: int,
    slowness: float,
    end: float | None,
) -> Tally:
    """Grade one of each lesson with each seed; begin none after `end`, a time.monotonic().

    Ctrl-C, or SIGTERM, ends it; what was done by then counts. Prints the figures.
    """
    began = time.monotonic()
    tally = Tally()
    running: dict[Future[LessonResult], str] = {}
    with ThreadPoolExecutor(jobs) as pool:
        try:
            print(f"{len(subjects)} programs, seeds from {seeds.start}", flush=True)
            for seed, (name, lesson, folder) in _in_turn(subjects, seeds):
                if end and time.monotonic() >= end:
                    break
                job = Job(lesson, folder, (), seed, slowness, best_level())
                running[pool.submit(run_lesson, job)] = name
                if len(running) == jobs:
                    _count(running, tally, FIRST_COMPLETED)
            _count(running, tally, ALL_COMPLETED)
        except KeyboardInterrupt:
            end_running_suites()
    tally.tell(time.monotonic() - began)
    return tally


def _in_turn(subjects: list[Subject], seeds: range) -> Iterator[tuple[int, Subject]]:
    """Yield for each seed one program of each lesson, in an order of its own."""
    of_lesson: dict[str, list[Subject]] = {}
    for subject in subjects:
        of_lesson.setdefault(subject[1].id, []).append(subject)
    for seed in seeds:
        for candidates in random.Random(seed).sample(list(of_lesson.values()), len(of_lesson)):
            yield seed, candidates[seed % len(candidates)]


def _count(running: dict[Future[LessonResult], str], tally: Tally, until: str) -> None:
    """Wait until one of those that are running has ended, or all; count those that have."""
    for future in wait(running, return_when=until).done:
        tally.add(running.pop(future), future.result())


if __name__ == "__main__":
    sys.exit(main())
