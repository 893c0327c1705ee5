"""Grades 200 good submissions, then the same with a sleeper, a flooder and a forker among them.

    python -m tests.big_class [--good 200] [--jobs N]

Prints the wall time of both and the seconds of the three alone; exit status 1 if a mark is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.classes import (
    FLOODER,
    FORKER,
    SLEEPER,
    grade,
    hands_in,
    hands_in_a_solution,
    lessons,
)

THREE = {"sleeper": SLEEPER, "flooder": FLOODER, "forker": FORKER}


def main() -> int:
    """Grade twice, print, return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--good", type=int, default=200, help="how many good submissions")
    parser.add_argument("--jobs", default="3", help="lessons at the same time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kit-big-") as name:
        folder = Path(name)
        for number in range(options.good):  # each with files of its own: each is graded
            hands_in_a_solution(folder / "class", f"good{number:03}", str(number))
        without, wrong = _graded(folder, "without", options.jobs)
        for bad, source in THREE.items():
            hands_in(folder / "class", bad, source)
        with_three, more_wrong = _graded(folder, "with", options.jobs)
        results = lessons(folder / "with")
        own = {name: results[name, "01_echo"].seconds for name in THREE if not more_wrong}
    print(f"{options.good} good submissions, lesson 01: {without:.1f} s")
    print(f"the same and three bad ones:     {with_three:.1f} s, {with_three - without:+.1f} s")
    print("the three alone: " + ", ".join(f"{name} {own[name]:.1f} s" for name in own))
    for line in wrong + more_wrong:
        print(f"WRONG: {line}")
    return 1 if wrong + more_wrong else 0


def _graded(folder: Path, out: str, jobs: str) -> tuple[float, list[str]]:
    """Grade the class; return the wall time in seconds, and a line for each wrong mark."""
    began = time.monotonic()
    done = grade(folder / "class", folder / out, "--jobs", jobs, timeout=7200)
    took = time.monotonic() - began
    if done.returncode != 0:
        return took, [f"{out}: exit status {done.returncode}: {done.stderr}"]
    wrong = []
    for (name, _), lesson in lessons(folder / out).items():
        if (lesson.state, lesson.points) != ("graded", 0 if name in THREE else 20):
            wrong.append(f"{out}: {name}: {lesson.state}, {lesson.points} points {lesson.notes}")
    return took, wrong


if __name__ == "__main__":
    sys.exit(main())
