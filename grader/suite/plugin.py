"""The pytest plugin that turns a suite into tasks, and failures of the wire into states.

The rule: a failure raised by a verb of the harness costs points; any other exception is the
grader's own and never does.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis.core
import pytest
from hypothesis.errors import HypothesisException

from grader.box.box import the_box
from grader.course.lesson import Lesson, load_lesson
from grader.judging.records import Record, append_record
from grader.judging.score import scored
from grader.report.failure import failure_text
from grader.results import GRADER_ERROR, NOT_RUN, PASSED, PUBLIC_SEED
from grader.wire.failure import WireFailure, status_words
from grader.wire.patience import measured_slowness
from grader.wire.stage import Stage

TAIL_LINES = 5
TAIL_COLUMNS = 300
TODO_LINE = "NotImplementedError: TODO"
Hook = Generator[None, Any, Any]
STAGE = pytest.StashKey[Stage]()
pytest_plugins = ["grader.suite.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that the grader passes to its suites."""
    group = parser.getgroup("grader")
    group.addoption("--submission", help="folder laid out like lessons/ (default: lessons/)")
    group.addoption("--records", help="file to which a line is added for each task")
    group.addoption("--seed", type=int, help="for whatever a task invents")
    group.addoption("--slowness", type=float, help="of this machine; measured if not given")
    group.addoption("--task", action="append", default=[], help="run this task and what it needs")


def pytest_configure(config: pytest.Config) -> None:
    """Set what all tasks of this process share."""
    config.addinivalue_line("markers", "task(id, needs): a graded task of the course")
    if not config.pluginmanager.hasplugin("grader-session"):
        config.pluginmanager.register(Session(config), "grader-session")


class Session:
    """What has become of the tasks of this pytest process so far."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.seed: int = config.getoption("seed", None) or PUBLIC_SEED
        hypothesis.core.global_force_seed = self.seed  # type: ignore[assignment]
        self.slowness: float = config.getoption("slowness", None) or measured_slowness()
        self.records_path = config.getoption("records", None)
        self.box = the_box()
        self.wanted: list[str] = config.getoption("task", None) or []
        self.states: dict[str, str] = {}
        self.last: Record | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tasks asked for and those that they need."""
        if not self.wanted:
            return
        needs = {task_id(item): needed(item) for item in items if task_id(item)}
        keep = set(self.wanted)
        while more := {need for task in keep for need in needs.get(task, ())} - keep:
            keep |= more
        items[:] = [item for item in items if task_id(item) in keep]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Do not run a task whose needs were not met."""
        unmet = [need for need in needed(item) if self.states.get(need, PASSED) != PASSED]
        if unmet:
            pytest.skip("needs " + ", ".join(unmet))

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Hook:
        """After the last verb of a task: the program must be well still."""
        result = yield
        stage = pyfuncitem.stash.get(STAGE, None)
        if stage is not None:
            stage.check_at_the_end()
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Hook:
        """Judge the phase of a task that has just ended; replace tracebacks by the failure view."""
        report: Any = yield
        task = task_id(item)
        if call.when == "teardown":
            self._count_leftovers(item.stash.get(STAGE, None))
        if task is None or (task in self.states and call.excinfo is None):
            return report
        if call.when == "call" or call.excinfo is not None:
            record = self._record(item, task, call)
            if record.state not in (PASSED, NOT_RUN, GRADER_ERROR):
                lesson = lesson_of(item)
                report.longrepr = failure_text(lesson.id, scored(lesson, record, self.states))
            self._keep(record)
        return report

    def _record(self, item: pytest.Item, task: str, call: pytest.CallInfo[None]) -> Record:
        stage = item.stash.get(STAGE, None)
        error = call.excinfo.value if call.excinfo else None
        if error is None:
            return Record(task, PASSED, round(call.duration, 3))
        if isinstance(error, pytest.skip.Exception):
            unmet = [need for need in needed(item) if self.states.get(need, PASSED) != PASSED]
            if unmet:
                return Record(task, NOT_RUN, needs=unmet)
        failure = _wire_failure(error, stage)
        if failure is None:
            detail = "".join(traceback.format_exception(error))[-4000:]
            return Record(task, GRADER_ERROR, call.duration, "the grader failed", detail=detail)
        return _failed(task, call.duration, failure, stage)

    def _count_leftovers(self, stage: Stage | None) -> None:
        """Tell what a task's programs had left running; it is known when they are ended."""
        if self.last is not None and stage is not None and stage.left_running:
            self.last.left_running = stage.left_running
            self._keep(self.last)

    def _keep(self, record: Record) -> None:
        self.last = record
        self.states[record.task] = record.state
        if self.records_path:
            append_record(Path(self.records_path), record)


def _wire_failure(error: BaseException, stage: Stage | None) -> WireFailure | None:
    """Return the failure behind an exception; None when the grader itself is at fault."""
    if isinstance(error, WireFailure):
        return error
    if isinstance(error, HypothesisException) and stage is not None and stage.failures:
        return stage.failures[-1]  # seen once and not again: once is enough
    return None


def _failed(task: str, seconds: float, failure: WireFailure, stage: Stage | None) -> Record:
    record = Record(
        task,
        failure.state,
        round(seconds, 3),
        failure.message,
        failure.kind.value,
        failure.who,
        failure.expected,
        failure.got,
        repr(failure.data),
        failure.transcript,
    )
    record.scene = failure.scene
    process = stage.failed_process if stage else None
    if stage is not None and process is not None:
        text = process.stderr.text().replace(str(stage.folder) + os.sep, "")
        record.tail = last_words(text)
        record.under = process.under
        record.status = "" if process.status is None else status_words(process.status)
    return record


def last_words(text: str) -> list[str]:
    """Return the last lines of stderr that say something; the first TODO, if one was reached.

    One hole often leads into the next one: while a program ends, for instance.
    """
    lines = [line for line in text.splitlines() if line.strip(" ^~")]
    todo = next((n for n, line in enumerate(lines, 1) if line.startswith(TODO_LINE)), len(lines))
    return [line[:TAIL_COLUMNS] for line in lines[:todo][-TAIL_LINES:]]


def task_id(item: pytest.Item) -> str | None:
    """Return the id of the task that this test is, None if it is none."""
    mark = item.get_closest_marker("task")
    return str(mark.args[0]) if mark else None


def needed(item: pytest.Item) -> tuple[str, ...]:
    """Return the ids of the tasks that must have passed before this one."""
    mark = item.get_closest_marker("task")
    return tuple(mark.args[1]) if mark else ()


def lesson_of(item: pytest.Item) -> Lesson:
    """Return the lesson to whose suite this test belongs."""
    return load_lesson(item.path.parent)
