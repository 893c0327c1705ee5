"""Grades a class: one job a lesson of a submission, several side by side, every result kept.

The rule: a result is on disk before the next job is counted as done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from grader.classrun.intake import Submission
from grader.classrun.seeds import seed_for
from grader.course.lesson import Lesson
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.results import MISSING, LessonResult, SubmissionResult
from grader.submission import fingerprint
from grader.wire.patience import measured_slowness

JOURNAL = "progress.jsonl"


@dataclass(frozen=True)
class Plan:
    """What is to be graded, and how. jobs: how many lessons are graded at the same time."""

    submissions: Sequence[Submission]
    lessons: Sequence[Lesson]
    out: Path
    secret: bytes
    suite: str
    jobs: int


OnDone = Callable[[Submission, LessonResult], None]


def grade_class(plan: Plan, on_done: OnDone) -> list[SubmissionResult]:
    """Return the results of all submissions, in their order.

    on_done is called in this thread after each lesson. On Ctrl-C the running suites are ended
    and KeyboardInterrupt goes on; what was done by then stands in the journal.
    """
    results = {one.id: _empty_result(one, plan) for one in plan.submissions}
    slowness = measured_slowness()
    pool = ThreadPoolExecutor(plan.jobs)
    waiting: dict[Future[LessonResult], Submission] = {}
    with (plan.out / JOURNAL).open("w", encoding="utf-8") as journal:
        try:
            for one in plan.submissions:
                for lesson in plan.lessons:
                    waiting[pool.submit(_grade, plan, one, lesson, slowness)] = one
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    one = waiting.pop(future)
                    result = future.result()
                    row = {"submission": one.id, "lesson": result.to_json()}
                    journal.write(json.dumps(row) + "\n")
                    journal.flush()
                    results[one.id].lessons.append(result)
                    on_done(one, result)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            end_running_suites()
            raise
    pool.shutdown()
    for submission in results.values():
        submission.lessons.sort(key=lambda lesson: lesson.id)
        _note_what_happened(submission)
    return list(results.values())


def _grade(plan: Plan, one: Submission, lesson: Lesson, slowness: float) -> LessonResult:
    if one.folder is None:
        return LessonResult(lesson.id, lesson.title, MISSING, 0, lesson.points)
    mark = fingerprint(one.folder, [lesson])
    seed = seed_for(plan.secret, mark, plan.suite)
    return run_lesson(Job(lesson, one.folder, seed=seed, slowness=slowness))


def _empty_result(one: Submission, plan: Plan) -> SubmissionResult:
    mark = fingerprint(one.folder, list(plan.lessons)) if one.folder else ""
    return SubmissionResult(one.id, mark, notes=list(one.notes), person=dict(one.person))


def _note_what_happened(submission: SubmissionResult) -> None:
    for lesson in submission.lessons:
        submission.notes += [f"{lesson.id}: {note}" for note in lesson.notes]
    missing = [lesson.id[:2] for lesson in submission.lessons if lesson.state == MISSING]
    if missing and len(missing) < len(submission.lessons):
        submission.notes.append(f"not handed in: {' '.join(missing)}")


def seconds_left(began: float, done: int, total: int) -> float:
    """Return an estimate of the seconds that the rest will take, from what was done so far."""
    return (time.monotonic() - began) / max(done, 1) * (total - done)
