"""What came of many runs of right programs: how many there were, and who lost a point.

A slice of a soak can be kept in a file, a JSON object a line, so that slices add up.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from grader.report.failure import failure_text
from grader.results import PASSED, LessonResult

LONGEST = 5  # tasks that are named at the end: who comes near a limit is lost next


class Tally:
    """How many runs there were of each lesson, which lost points, which tasks took long."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.longest: dict[str, tuple[float, str]] = {}  # task -> seconds, whose they were

    def add(self, name: str, result: LessonResult) -> None:
        """Count a run, and tell at once of a point that it lost."""
        self.done[result.id] += 1
        if result.points < result.max_points:
            self.lost[f"{name} {result.id}"] += 1
            _tell_of_a_loss(name, result)
        for task in result.tasks:
            self.longest[task.id] = max(self.longest.get(task.id, (0, "")), (task.seconds, name))
        if self.done.total() % 50 == 0:
            print(f"{self.done.total()} runs, {self.lost.total()} lost a point", flush=True)

    def tell(self, seconds: float) -> None:
        """Print the figures. seconds: how long it took."""
        print(f"{seconds:.0f} s: {_figures(self.done, self.lost)}")
        longest = sorted(self.longest.items(), key=lambda item: item[1], reverse=True)[:LONGEST]
        words = (f"{task} {took:.1f} s ({name})" for task, (took, name) in longest)
        print("longest: " + ", ".join(words), flush=True)

    def keep(self, file: Path, under: str) -> None:
        """Add a line for this slice to a file. under: the condition."""
        file.parent.mkdir(parents=True, exist_ok=True)
        slice_ = {"under": under, "runs": self.done, "lost": self.lost}
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(slice_) + "\n")


def tell_all(file: Path) -> None:
    """Print the figures of all slices in a file."""
    done: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        slice_ = json.loads(line)
        done += Counter(slice_["runs"])
        lost += Counter(slice_["lost"])
    print(f"all slices in {file}: {_figures(done, lost)}", flush=True)


def _figures(done: Counter[str], lost: Counter[str]) -> str:
    """Return the figures in words, a line for the lessons, and one for each who lost."""
    rate = 1000 * lost.total() / max(done.total(), 1)
    lessons = ", ".join(f"{lesson} {times}" for lesson, times in sorted(done.items()))
    losses = "".join(f"\n  lost: {name}: {times}" for name, times in sorted(lost.items()))
    return (
        f"{done.total()} suite runs, {lost.total()} lost a point ({rate:.1f} in 1,000)"
        f"{losses}\nruns: {lessons}"
    )


def _tell_of_a_loss(name: str, result: LessonResult) -> None:
    print(f"\nLOST: {name}, {result.id}, seed {result.seed}, {result.points} points")
    for task in result.tasks:
        if task.state != PASSED:
            print(failure_text(result.id, task) if task.kind else f"{task.id} {task.state}")
            print(task.detail, flush=True)
