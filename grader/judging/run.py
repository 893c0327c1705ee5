"""Runs a lesson's suite on a submission: one pytest process, whose records are the result.

The rule: a suite whose process breaks is tried once more, alone; then the grader says so.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.catalogue import KIT
from grader.course.lesson import Lesson
from grader.judging.records import Record, read_records
from grader.judging.score import lesson_result
from grader.judging.turns import Turns
from grader.results import GRADED, GRADER_ERROR, MISSING, PUBLIC_SEED, LessonResult
from grader.submission import lesson_files
from grader.wire.patience import TASK_SECONDS

END_SECONDS = 5.0  # for a suite that was interrupted to clean up
INTERRUPT = signal.SIGINT if os.name == "posix" else signal.SIGTERM
RUNNING: set[subprocess.Popen[bytes]] = set()
STOPPING = threading.Event()  # set by Ctrl-C: nothing is begun any more
TURNS = Turns()


@dataclass(frozen=True)
class Job:
    """One lesson of one submission. tasks: ids to run, none for all; slowness: of this machine."""

    lesson: Lesson
    submission: Path
    tasks: tuple[str, ...] = ()
    seed: int = PUBLIC_SEED
    slowness: float = 1.0


def run_lesson(job: Job) -> LessonResult:
    """Grade one lesson of a submission. Never raises for anything that a submission does."""
    lesson = job.lesson
    wanted = job.tasks or tuple(task.id for task in lesson.tasks)
    if not lesson_files(job.submission, lesson):
        points = sum(lesson.by_id[name].points for name in wanted)
        return LessonResult(lesson.id, lesson.title, MISSING, 0, points, job.seed)
    began = time.monotonic()
    with TURNS.shared():
        records, trouble = _run_pytest(job)
    result = lesson_result(lesson, records, wanted, job.seed)
    if result.state != GRADED and not STOPPING.is_set():
        with TURNS.alone():
            records, trouble = _run_pytest(job)
        result = lesson_result(lesson, records, wanted, job.seed)
    if result.state != GRADED:
        _explain(result, trouble)
    result.seconds = round(time.monotonic() - began, 2)
    return result


def _explain(result: LessonResult, trouble: str) -> None:
    result.notes.append("the grader failed; this lesson needs a person")
    for task in result.tasks:
        if task.state == GRADER_ERROR and not task.detail:
            task.detail = trouble


def _run_pytest(job: Job) -> tuple[Mapping[str, Record], str]:
    """Return the records, and the end of what pytest printed."""
    if STOPPING.is_set():
        return {}, "stopped"
    limit = TASK_SECONDS * job.slowness * (len(job.lesson.tasks) + 2)
    with tempfile.TemporaryDirectory(prefix="kit-") as folder:
        records = Path(folder) / "records.jsonl"
        with tempfile.TemporaryFile() as printed:
            suite = subprocess.Popen(
                _words(job, records),
                cwd=KIT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                start_new_session=True,  # Ctrl-C is for us; we end suites ourselves
            )
            RUNNING.add(suite)
            try:
                suite.wait(limit)
            except subprocess.TimeoutExpired:
                _end(suite)  # what it has recorded by then counts; the rest is our trouble
            finally:
                RUNNING.discard(suite)
            printed.seek(0)
            trouble = printed.read()[-4000:].decode("utf-8", "replace")
        return read_records(records), trouble


def end_running_suites() -> None:
    """End every suite that is running, with the programs that it has started; begin no other."""
    STOPPING.set()
    for suite in list(RUNNING):
        _end(suite)


def _end(suite: subprocess.Popen[bytes]) -> None:
    """Interrupt a suite, so that it can end its programs; kill it if it does not heed."""
    suite.send_signal(INTERRUPT)
    try:
        suite.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        suite.kill()


def _words(job: Job, records: Path) -> list[str]:
    tasks: Iterable[str] = (word for name in job.tasks for word in ("--task", name))
    return [
        sys.executable, "-m", "pytest", "-q", "-p", "grader.suite.plugin",
        "-p", "no:cacheprovider", "--rootdir", str(KIT), "-c", str(KIT / "pyproject.toml"),
        "--submission", str(job.submission.resolve()), "--records", str(records),
        "--seed", str(job.seed), "--slowness", str(job.slowness), *tasks, str(job.lesson.suite),
    ]  # fmt: skip


def _environment() -> dict[str, str]:
    return dict(os.environ, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
