"""Grades a known program as `check` would, and says in words how it did."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from grader.box.levels import best_level
from grader.course.catalogue import LESSONS
from grader.course.lesson import Lesson, load_lesson
from grader.judging.run import Job, run_lesson
from grader.results import NOT_RUN, PASSED, LessonResult, TaskResult
from grader.wire.patience import measured_slowness
from tests.known.catalogue import Program, build


@cache
def _slowness() -> float:
    return measured_slowness()


def lesson_of(program: Program) -> Lesson:
    """Return the lesson to which the program belongs."""
    return _lesson(program.lesson_id)


@cache
def _lesson(lesson_id: str) -> Lesson:
    return load_lesson(LESSONS / lesson_id)


def graded(program: Program, folder: Path, tasks: tuple[str, ...] = ()) -> LessonResult:
    """Build the program's submission in `folder` and grade it; only these tasks, if any."""
    submission = build(program, folder / "submission")
    job = Job(lesson_of(program), submission, tasks, slowness=_slowness(), box=best_level())
    return run_lesson(job)


def unexcused(result: LessonResult) -> list[TaskResult]:
    """Return the tasks that were not run although nothing that they need was unmet."""
    states = {task.id: task.state for task in result.tasks}
    return [
        task
        for task in result.tasks
        if task.state == NOT_RUN
        and (not task.needs or any(states[need] == PASSED for need in task.needs))
    ]


def in_words(result: LessonResult) -> str:
    """Return one line for each task that did not pass, with its message."""
    rows = [f"{result.id}: {result.state}, {result.points} of {result.max_points} points"]
    for task in result.tasks:
        if task.state != PASSED:
            rows.append(f"  {task.id:5} {task.state:12} [{task.kind}] {task.message}")
            rows += [f"        likely: {task.likely} {task.says}"] if task.likely else []
            rows += [f"        stderr: {line}" for line in task.tail[-2:]]
            rows += [f"        {line}" for line in task.detail.splitlines()[-12:]]
    return "\n".join(rows)
