"""GitHub Classroom: one submission as the value that its autograding reporter reads.

The reporter takes it from a step's output `result`, as base64 in an environment variable:
so it is kept small, without stories.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from grader.report.failure import the_guess
from grader.results import GRADER_ERROR, MISSING, PASSED, LessonResult, SubmissionResult


def classroom_results(one: SubmissionResult) -> dict[str, Any]:
    """Return the plain values for one submission; a lesson not handed in is a failed test."""
    tests = [row for lesson in one.lessons for row in _tests(lesson)]
    states = {test["status"] for test in tests}
    status = "error" if "error" in states else "fail" if states != {"pass"} else "pass"
    most = sum(lesson.max_points for lesson in one.lessons)
    return {"version": 1, "status": status, "max_score": most, "tests": tests}


def _tests(lesson: LessonResult) -> list[dict[str, Any]]:
    if not lesson.tasks:
        status = "fail" if lesson.state == MISSING else "error"
        return [_test(f"{lesson.id}: {lesson.state}", status)]
    return [
        _test(
            f"{task.id} {task.title}",
            _status(task.state),
            task.points,
            " ".join(the_guess(task) or ()),
            task.seconds,
        )
        for task in lesson.tasks
    ]


def _test(
    name: str, status: str, score: int = 0, message: str = "", seconds: float = 0.0
) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "score": score,
        "message": message,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        "duration": round(seconds * 1000),
    }


def step_output(results: dict[str, Any]) -> str:
    """Return the line for the file `$GITHUB_OUTPUT`."""
    return f"result={base64.b64encode(json.dumps(results).encode()).decode()}\n"


def _status(state: str) -> str:
    if state == PASSED:
        return "pass"
    return "error" if state == GRADER_ERROR else "fail"
