"""Grades one lesson on a worker of a cluster: files in, a result out, nothing left behind.

The rule: a worker grades only with the very kit, limits and sandbox that the run was begun with;
any other refuses, since its marks would be other marks.
"""

from __future__ import annotations

import multiprocessing
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from grader.box.levels import best_level
from grader.classrun.conditions import Conditions
from grader.course.catalogue import find_lesson
from grader.errors import UserError
from grader.judging.run import Job, run_lesson
from grader.wire.patience import measured_slowness

LET_IT = "DASK_DISTRIBUTED__WORKER__DAEMON"
SAME = ("suite", "kit", "python", "limits", "sandbox")  # of what a lesson is graded with


def grade_there(
    lesson_id: str, files: dict[str, bytes], seed: int, graded_with: dict[str, str]
) -> dict[str, Any]:
    """Return the result of a lesson as LessonResult.to_json() does.

    files: names below the lesson's folder, and contents. Raises UserError when this worker's kit
    is another one.
    """
    if multiprocessing.current_process().daemon:
        raise UserError(f"a worker may not start processes: set {LET_IT}=False where it starts")
    lesson = find_lesson(lesson_id)
    ours = Conditions(b"", best_level()).graded_with(lesson, "")
    for name in SAME:
        if ours[name] != graded_with[name]:
            words = f"{ours[name][:12]} there, {graded_with[name][:12]} here"
            raise UserError(f"a worker has another {name} ({words}): install the same kit there")
    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as name:
        workshop = Path(name).resolve()
        for file, data in files.items():
            place = workshop / "submission" / lesson.id / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        submission, box = workshop / "submission", graded_with["sandbox"]
        job = Job(lesson, submission, (), seed, _slowness(), box, workshop)
        return run_lesson(job).to_json()


@cache
def _slowness() -> float:
    """Measured once by each worker: machines of a cluster differ."""
    return measured_slowness()
