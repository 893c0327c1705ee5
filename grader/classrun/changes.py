"""What a regrade has changed, and why: the rows of changes.csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grader.classrun.conditions import SEED_GIVEN
from grader.results import GRADED, MISSING, LessonResult, SubmissionResult
from grader.spreadsheet import cell

HEADER = ("submission", "lesson", "old points", "new points", "why")
SUBMISSION_CHANGED = "submission changed"
Results = dict[tuple[str, str], LessonResult]


@dataclass(frozen=True)
class Change:
    """One lesson of one submission that was graded again, or whose mark is another one now."""

    submission: str
    lesson: str
    old: str
    new: str
    why: str


def changes(
    before: Sequence[SubmissionResult], now: Sequence[SubmissionResult], mode: str
) -> Iterator[Change]:
    """Tell the changes, in the order of the submissions. mode: what made us grade again."""
    old, new = _by_name(before), _by_name(now)
    for submission, lesson in sorted({*old, *new}):
        was, has = old.get((submission, lesson)), new.get((submission, lesson))
        if why := _why(was, has, mode):
            yield Change(submission, lesson, _points(was), _points(has), why)


def changes_csv(rows: Sequence[Change]) -> str:
    """Return the rows as CSV; no spreadsheet takes a name for a formula."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(map(cell, (row.submission, row.lesson, row.old, row.new, row.why)))
    return target.getvalue()


def _why(was: LessonResult | None, has: LessonResult | None, mode: str) -> str:
    """Return the reason in words; empty when nothing is new."""
    if was is None or has is None:
        return "not in the class any more" if has is None else "not graded before"
    if was.state == has.state == MISSING:
        return ""
    if MISSING in (was.state, has.state):
        return SUBMISSION_CHANGED
    now, then = has.graded_with, was.graded_with
    if words := [_word(name, now[name]) for name in now if now[name] != then.get(name)]:
        return "; ".join(words)
    if was.state != GRADED:
        return "the grader had failed"
    taken_over = replace(has, cached=was.cached) == was  # to the hundredth of a second
    again = f"graded again ({mode})" if mode else "graded again"
    return "" if taken_over else again


def _word(name: str, value: str) -> str:
    if name == "files":
        return SUBMISSION_CHANGED
    return "seed given" if value.startswith(SEED_GIVEN) else f"{name} changed"


def _by_name(submissions: Sequence[SubmissionResult]) -> Results:
    return {(one.id, lesson.id): lesson for one in submissions for lesson in one.lessons}


def _points(result: LessonResult | None) -> str:
    if result is None:
        return ""
    return str(result.points) if result.state == GRADED else result.state
