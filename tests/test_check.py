"""What `check` does between two keys of the one who called it."""

import os
import threading
from argparse import Namespace

import pytest

from grader.commands import check
from grader.course.catalogue import find_lesson
from grader.results import GRADED, LessonResult

PATIENCE = 30  # seconds; only a test that fails waits for so long


def test_watching_sees_what_is_saved_meanwhile_and_minds_no_file_that_is_gone(
    tmp_path, monkeypatch
):
    lesson = find_lesson("1")
    (tmp_path / lesson.id).mkdir()
    server, gone = (tmp_path / lesson.id / name for name in ("server.py", "4913"))
    server.write_text("one")
    monkeypatch.setattr(check, "lesson_files", lambda *where: [gone, server])
    assert list(check.saved(tmp_path, [lesson])) == [server]
    checks = []

    def checking(*given):
        checks.append(given)
        if len(checks) == 1:
            os.utime(server, ns=(0, 7))
            return 1
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "check", checking)
    monkeypatch.setattr(check, "warm_up", lambda: None)
    monkeypatch.setattr(check.time, "sleep", lambda seconds: pytest.fail("it saw no change"))
    options = Namespace(submission=tmp_path, names=["1"], plain=True, watch=True, json=None)
    with pytest.raises(KeyboardInterrupt):
        check.run(options)
    assert len(checks) == 2


def test_ctrl_c_while_a_sheet_is_shown_ends_the_other_suites(monkeypatch):
    first, second = find_lesson("1"), find_lesson("2")
    begun, ended = threading.Event(), threading.Event()
    waited = []

    def judged(job):
        if job.lesson is second:
            begun.set()
            waited.append(ended.wait(PATIENCE))
        return LessonResult(job.lesson.id, "", GRADED, 0, 20)

    def interrupted(*sheet):
        assert begun.wait(PATIENCE)
        raise KeyboardInterrupt

    monkeypatch.setattr(check, "run_lesson", judged)
    monkeypatch.setattr(check, "end_running_suites", ended.set)
    monkeypatch.setattr(check, "show_lesson", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check.check(Namespace(submission=None), [(first, []), (second, [])], None)
    assert waited == [True]
