"""What there is to say about a task or a submission, in plain words."""

from __future__ import annotations

from grader.report.failure import failure_text
from grader.report.late import alike_late
from grader.results import (
    GRADED,
    GRADER_ERROR,
    MISSING,
    NOT_RUN,
    PASSED,
    UNGRADED,
    LessonResult,
    SubmissionResult,
    TaskResult,
)
from grader.visible import visible_line

GRADER_FAILED = "The grader failed here, not the program; a person will look at it."


def task_story(lesson: LessonResult, task: TaskResult) -> str:
    """Return what became of the task, as text; empty if it passed."""
    if task.state == PASSED:
        return ""
    if task.state == NOT_RUN:
        return f"Not run: it needs {', '.join(task.needs)}."
    if task.state == GRADER_ERROR:
        return GRADER_FAILED
    return failure_text(lesson.id, task)


def number(value: float) -> str:
    """Return points with two decimals at the most: `8.5`, `20`."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def mark_of(one: SubmissionResult, lesson_id: str = "") -> float:
    """Return the points that count for this lesson; for all of them if none is named."""
    return sum(map(one.mark_in, _lessons(one, lesson_id))) if lesson_id else one.mark


def short_story(one: SubmissionResult, lesson_id: str = "") -> str:
    """Return one line: the mark, each lesson's points, what lateness took off."""
    words = {MISSING: "not handed in", UNGRADED: "not graded yet"}
    chosen = _lessons(one, lesson_id)
    lessons = [
        f"{lesson.id} {words.get(lesson.state, f'{lesson.points}/{lesson.max_points}')}"
        for lesson in chosen
    ]
    most = sum(lesson.max_points for lesson in chosen)
    parts = [", ".join(lessons)]
    for late, its_lessons in alike_late(one, chosen):
        if late.get("percent"):
            where = "" if len(its_lessons) == len(chosen) else f" in {', '.join(its_lessons)}"
            reason = visible_line(str(late.get("reason", "")))
            parts.append(f"less {late['percent']:g} %{where}: {reason}")
    return f"{number(mark_of(one, lesson_id))}/{most} points: {'; '.join(parts)}"


def late_off(one: SubmissionResult) -> bool:
    """Whether lateness takes points off."""
    return any(late.get("percent") for late in one.late.values())


def why_no_mark(one: SubmissionResult, lesson_id: str = "") -> str:
    """Return why there is no mark to hand on; empty if there is one."""
    chosen = _lessons(one, lesson_id)
    if left := [name for name in one.unfinished if lesson_id in ("", name)]:
        return f"the run was interrupted before it graded {', '.join(left)}"
    ungraded = [lesson.id for lesson in chosen if lesson.state == UNGRADED]
    if ungraded:
        return f"the grader failed on {', '.join(ungraded)}"
    if not any(lesson.state == GRADED for lesson in chosen):
        return "nothing was handed in that could be graded"
    return ""


def _lessons(one: SubmissionResult, lesson_id: str) -> list[LessonResult]:
    return [lesson for lesson in one.lessons if lesson_id in ("", lesson.id)]
