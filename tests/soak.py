"""Looks for flakes: grades right programs again and again where a machine has no time for them.

    python -m tests.soak --runs 200 [--first 1] [--lesson 4] [--jobs 3] [--under one-core]

The runs are shared out over busy neighbours, little memory, nice 19, a single core and fork bombs.
Every point that a right program loses is a flake of ours; its transcript is printed. Exit status
1 if there was one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from grader.box.levels import best_level
from grader.course.catalogue import SOLUTION, all_lessons, find_lesson
from grader.course.lesson import Lesson
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.report.failure import failure_text
from grader.results import PASSED, LessonResult
from grader.wire.patience import measured_slowness
from tests.known.catalogue import build, programs
from tests.pressure import CONDITIONS

Subject = tuple[str, Lesson, Path]


def main() -> int:
    """Soak; return the exit status."""
    options = _options()
    if not options.under:
        return _under_each(options)
    lessons = [find_lesson(name) for name in options.lesson] or all_lessons()
    with tempfile.TemporaryDirectory(prefix="kit-soak-") as folder:
        subjects = list(_subjects(lessons, Path(folder), options.only_reference))
        slowness = measured_slowness()  # before the neighbours come: as check does on a laptop
        with CONDITIONS[options.under]():
            seeds = range(options.first, options.first + options.runs)
            return _soak(subjects, seeds, options.jobs, slowness)


def _under_each(options: argparse.Namespace) -> int:
    """Let a process of its own do a part of the runs under each condition."""
    worst, first = 0, options.first
    for place, name in enumerate(CONDITIONS):
        runs = (options.runs + place) // len(CONDITIONS)
        if runs:
            print(f"-- {name}, {runs} runs", flush=True)
            more = ["--under", name, "--runs", str(runs), "--first", str(first)]
            worst |= subprocess.run(
                [sys.executable, "-m", "tests.soak", *sys.argv[1:], *more], check=False
            ).returncode
        first += runs
    return worst


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20, help="of each suite on each program")
    parser.add_argument("--first", type=int, default=1, help="the seed of the first run")
    parser.add_argument("--lesson", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=3, help="suites at the same time")
    parser.add_argument("--under", choices=CONDITIONS, help="this only, not each in its turn")
    parser.add_argument("--only-reference", action="store_true", help="leave the odd ones out")
    return parser.parse_args()


def _subjects(lessons: list[Lesson], folder: Path, only_reference: bool) -> Iterator[Subject]:
    for lesson in lessons:
        yield "reference", lesson, SOLUTION
        for program in programs("odd", lesson.id):
            if only_reference or not program.is_at_home:
                continue
            yield program.name, lesson, build(program, folder / program.id)


def _soak(subjects: list[Subject], seeds: range, jobs: int, slowness: float) -> int:
    began = time.monotonic()
    lost: dict[str, int] = {}
    done = 0
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(run_lesson, Job(lesson, folder, (), seed, slowness, best_level())): name
            for seed in seeds
            for name, lesson, folder in subjects
        }
        try:
            for future in as_completed(waiting):
                done += 1
                name, result = waiting[future], future.result()
                if result.points < result.max_points:
                    lost[f"{name} {result.id}"] = lost.get(f"{name} {result.id}", 0) + 1
                    _tell(name, result)
                if done % 50 == 0:
                    left = (time.monotonic() - began) / done * (len(waiting) - done)
                    total = sum(lost.values())
                    print(f"{done}/{len(waiting)}  {total} lost  {left:.0f} s left", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            end_running_suites()
    seconds = time.monotonic() - began
    print(f"{done} suite runs, {sum(lost.values())} lost points, {seconds:.0f} s")
    for name, times in sorted(lost.items()):
        print(f"  {name}: {times}")
    return 1 if lost else 0


def _tell(name: str, result: LessonResult) -> None:
    print(f"\nLOST: {name}, {result.id}, seed {result.seed}, {result.points} points")
    for task in result.tasks:
        if task.state != PASSED:
            print(failure_text(result.id, task) if task.kind else f"{task.id} {task.state}")
            print(task.detail, flush=True)


if __name__ == "__main__":
    sys.exit(main())
