"""Runs the mutants of the functions that students write against the suites, a report a lesson.

    python -m tests.mutants [--lesson 2] [--sample 40] [--jobs 2] [--out out/mutants]
    python -m tests.mutants --doubt                whether those in survivors.toml still do

Exit status 1 if one survived that is not listed in survivors.toml, or one died that is.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader.course.catalogue import lessons_named
from grader.course.lesson import Lesson
from grader.judging.run import end_running_suites
from tests.mutants.killing import Fate, Subject, fate_of, subjects_of
from tests.mutants.report import report, summary
from tests.mutants.survivors import survivors


def main() -> int:
    """Run them; return the exit status."""
    options = _options()
    lessons = lessons_named(options.lesson)
    options.out.mkdir(parents=True, exist_ok=True)
    every: list[Fate] = []
    for lesson in lessons:
        began = time.monotonic()
        fates = _fates(lesson, options)
        text = report(lesson, fates, options.sample, time.monotonic() - began)
        (options.out / f"{lesson.id}.txt").write_text(text, encoding="utf-8")
        print(text, flush=True)
        every += fates
    print(f"all: {len(every)} mutants", *summary(every), sep="\n")
    return 0 if all(fate.is_as_listed for fate in every) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", action="append", default=[])
    parser.add_argument("--sample", type=int, default=0, help="so many a lesson, evenly spread")
    parser.add_argument("--function", default="", help="only of this one, as in LineSplitter.feed")
    parser.add_argument("--doubt", action="store_true", help="grade those that are listed, only")
    parser.add_argument("--jobs", type=int, default=2, help="mutants at the same time")
    parser.add_argument("--out", type=Path, default=Path("out/mutants"), help="for the reports")
    return parser.parse_args()


def _fates(lesson: Lesson, options: argparse.Namespace) -> list[Fate]:
    known = survivors()
    trusted = {} if options.doubt else known
    every = subjects_of(lesson)
    every = [one for one in every if options.function in ("", one.mutant.function)]
    every = [one for one in every if one.key in known or not options.doubt]
    chosen = spread(every, options.sample)
    fates = [Fate.listed(one, known[one.key]) for one in chosen if one.key in trusted]
    waiting = [one for one in chosen if one.key not in trusted]
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            for done, fate in enumerate(pool.map(fate_of, waiting), 1):
                fates.append(fate.held_against(known))
                if sys.stderr.isatty():
                    print(f"\r{lesson.id} {done}/{len(waiting)} ", end="", file=sys.stderr)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            end_running_suites()
            raise SystemExit(130) from None
    return fates


def spread(subjects: list[Subject], number: int) -> list[Subject]:
    """Return so many of them, evenly spread; all if there are no more, or for 0."""
    number = min(number or len(subjects), len(subjects))
    return [subjects[n * len(subjects) // number] for n in range(number)]


if __name__ == "__main__":
    sys.exit(main())
