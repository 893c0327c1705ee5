"""Runs a lesson's suite on a submission: one pytest process, whose records are the result.

The rule: a suite whose process breaks is tried once more, alone; then the grader says so.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.box.box import UNPROTECTED
from grader.course.catalogue import KIT
from grader.course.lesson import Lesson
from grader.judging.records import Record, read_records
from grader.judging.score import lesson_result
from grader.judging.suite_process import END_SECONDS, SuiteProcess
from grader.judging.turns import Turns
from grader.results import GRADED, GRADER_ERROR, MISSING, PUBLIC_SEED, LessonResult
from grader.submission import lesson_files
from grader.wire.patience import SILENT_SECONDS

# Parts of pytest that a suite does without: together they take longer than a small task.
NOT_NEEDED = (
    *("cacheprovider", "doctest", "faulthandler", "junitxml", "legacypath", "logging"),
    *("monkeypatch", "pastebin", "recwarn", "setuponly", "setupplan", "stepwise", "subtests"),
    *("threadexception", "tmpdir", "unittest", "unraisableexception", "warnings"),
)
RUNNING: set[SuiteProcess] = set()
STOPPING = threading.Event()  # set by Ctrl-C: nothing is begun any more
TURNS = Turns()


@dataclass(frozen=True)
class Job:
    """One lesson of one submission.

    tasks: ids to run, none for all; slowness: of this machine; box: the level at which the
    submission's programs run; workshop: the folder for all temporary files, the system's if None.
    """

    lesson: Lesson
    submission: Path
    tasks: tuple[str, ...] = ()
    seed: int = PUBLIC_SEED
    slowness: float = 1.0
    box: str = UNPROTECTED
    workshop: Path | None = None


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
    where = tempfile.TemporaryDirectory(prefix="kit-", dir=job.workshop, ignore_cleanup_errors=True)
    with where as name:
        folder = Path(name)
        records, printed, scratch = (folder / one for one in ("records", "printed", "scratch"))
        scratch.mkdir()
        try:
            suite = SuiteProcess(_words(job, records), KIT, printed, scratch, job.box)
        except (EOFError, ConnectionError) as error:
            return {}, f"it did not start: {error!r}"
        RUNNING.add(suite)
        try:
            if STOPPING.is_set():  # it came between the last look and now
                suite.end()
            _wait_while_it_tells(suite, records, SILENT_SECONDS * job.slowness)
        finally:
            RUNNING.discard(suite)
            suite.close()
        trouble = printed.read_bytes()[-4000:] if printed.exists() else b"it did not start"
        return read_records(records), trouble.decode("utf-8", "replace")


def _wait_while_it_tells(suite: SuiteProcess, records: Path, patience: float) -> None:
    """Wait for the end of a suite; end one that has recorded nothing for `patience` seconds.

    What it has recorded by then counts; the rest is the grader's trouble.
    """
    before = -1
    while not suite.wait(patience):
        now = records.stat().st_size if records.exists() else 0
        if now == before:
            suite.end()
            return
        before = now


def end_running_suites() -> None:
    """End every suite that is running, with the programs that it has started; begin no other."""
    STOPPING.set()
    running = list(RUNNING)
    for suite in running:
        suite.interrupt()
    for suite in running:
        if not suite.over.wait(END_SECONDS):
            suite.kill()


def _words(job: Job, records: Path) -> list[str]:
    tasks: Iterable[str] = (word for name in job.tasks for word in ("--task", name))
    without: Iterable[str] = (word for name in NOT_NEEDED for word in ("-p", f"no:{name}"))
    folder = str(job.lesson.folder)  # or every folder above it would be listed
    return [
        "-q", "--assert=plain", "-p", "grader.suite.plugin", *without,
        "--rootdir", folder, "--confcutdir", folder, "-c", str(KIT / "pyproject.toml"),
        "--submission", str(job.submission.resolve()), "--records", str(records),
        "--seed", str(job.seed), "--slowness", str(job.slowness), *tasks, str(job.lesson.suite),
    ]  # fmt: skip
