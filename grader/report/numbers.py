"""What the reports say in numbers about a class; computed here, shown elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import mean, median

from grader.document import Document
from grader.results import GRADED, NOT_RUN, PASSED, UNGRADED, SubmissionResult

TENTHS = 10


@dataclass(frozen=True)
class TaskNumbers:
    """How one task went in the class. alike: the commonest known mistake, and how often."""

    id: str
    title: str
    tried: int
    failed: int
    alike: tuple[str, int] | None


@dataclass(frozen=True)
class ClassNumbers:
    """Points over all submissions, and the tasks by how many failed them, hardest first."""

    median: float
    mean: float
    full: int
    below_half: int
    hardest: list[TaskNumbers] = field(default_factory=list)


def class_numbers(document: Document) -> ClassNumbers:
    """Compute them, of those who could earn points; a class without any counts as all zeros."""
    judged = [one for one in document.submissions if one.max_points]
    points = [one.points for one in judged] or [0]
    full = sum(1 for one in judged if one.points == one.max_points)
    half = sum(1 for one in judged if one.below_half)
    return ClassNumbers(median(points), mean(points), full, half, _hardest(document))


def _hardest(document: Document) -> list[TaskNumbers]:
    titles: dict[str, str] = {}
    tried: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    alike: dict[str, Counter[str]] = {}
    for submission in document.submissions:
        for lesson in submission.lessons:
            for task in lesson.tasks if lesson.state == GRADED else ():
                titles[task.id] = task.title
                tried[task.id] += task.state != NOT_RUN
                if task.state not in (PASSED, NOT_RUN):
                    failed[task.id] += 1
                    alike.setdefault(task.id, Counter())[task.believed] += 1
    rows = []
    for name, number in failed.most_common():
        known = [(likely, n) for likely, n in alike[name].most_common() if likely]
        rows.append(TaskNumbers(name, titles[name], tried[name], number, next(iter(known), None)))
    return rows


def any_late(document: Document) -> bool:
    """Say whether lateness changes anybody's mark; only then has a report a column for it."""
    return any(one.late for one in document.submissions)


def spread(document: Document) -> list[int]:
    """Return how many submissions reached 0 to 9 %, 10 to 19 %, ... 90 to 100 % of the points."""
    counts = [0] * TENTHS
    for one in document.submissions:
        if one.max_points:
            counts[min(TENTHS * one.points // one.max_points, TENTHS - 1)] += 1
    return counts


def lesson_mark(submission: SubmissionResult, lesson_id: str) -> str:
    """Return the points of one lesson as a word: `15`, `-` for missing, `?` for ungraded."""
    for lesson in submission.lessons:
        if lesson.id == lesson_id:
            if lesson.state == GRADED:
                return str(lesson.points)
            return "?" if lesson.state == UNGRADED else "-"
    return "-"
