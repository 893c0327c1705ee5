"""Gradescope's `results.json` of one submission: a test a task, points as they are.

The rule: a student reads it, so nothing in it is only for the instructor.
"""

from __future__ import annotations

from typing import Any

from grader import __version__
from grader.document import Document
from grader.handover.stories import GRADER_FAILED, late_off, short_story, task_story
from grader.report.safe_markdown import fenced
from grader.results import MISSING, PASSED, LessonResult, SubmissionResult, TaskResult
from grader.visible import visible_line

Row = dict[str, Any]


def gradescope_results(document: Document, one: SubmissionResult) -> Row:
    """Return the plain values that Gradescope reads."""
    notes = [*one.notes, *([short_story(one)] if late_off(one) else [])]
    return {
        "score": one.mark,
        "execution_time": round(sum(lesson.seconds for lesson in one.lessons), 2),
        "output": "\n".join(visible_line(note) for note in notes),
        "output_format": "text",
        "test_output_format": "md",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [row for lesson in one.lessons for row in _lesson_tests(lesson)],
        "extra_data": {"kit": __version__, "suite": f"sha256:{document.suite}"},
    }


def _lesson_tests(lesson: LessonResult) -> list[Row]:
    if lesson.tasks:
        return [_test(lesson, task) for task in lesson.tasks]
    words = "Nothing was handed in." if lesson.state == MISSING else GRADER_FAILED
    return [_row(lesson, lesson.id[:2], lesson.title, (0, lesson.max_points), "failed", words)]


def _test(lesson: LessonResult, task: TaskResult) -> Row:
    story = task_story(lesson, task)
    points = (task.points, task.max_points)
    status = "passed" if task.state == PASSED else "failed"
    told = fenced(story.splitlines()) if story else ""
    return _row(lesson, task.id, task.title, points, status, told)


def _row(
    lesson: LessonResult, number: str, name: str, points: tuple[int, int], status: str, output: str
) -> Row:
    return {
        "score": points[0],
        "max_score": points[1],
        "status": status,
        "name": name,
        "number": number,
        "tags": [lesson.id],
        "output": output,
        "output_format": "md",
        "visibility": "visible",
    }
