"""How long the harness waits: no longer than it must, and not for a machine that runs others."""

import subprocess
import sys
import textwrap
import time

import pytest

from grader.box.turns import seconds_without_a_turn
from grader.wire.patience import LEAST_OWED, Deadline, Debt
from grader.wire.program import Program
from grader.wire.stage import Stage

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux's kernel")


@pytest.fixture
def stage(tmp_path):
    world = Stage(tmp_path)
    yield world
    world.close()


def test_time_in_which_nobody_ran_is_not_counted():
    deadline = Deadline(1.0)
    deadline.looked(asked=0.1, took=30.0)
    assert deadline.left == pytest.approx(0.8)
    deadline.shorten_once(0.5)
    deadline.shorten_once(0.1)
    assert deadline.left == 0.5


def test_what_was_shortened_is_not_lengthened():
    deadline = Deadline(1.0)
    deadline.looked(asked=1.0, took=1.5)
    deadline.lengthen(0.25)
    assert deadline.left == 0.25
    deadline.shorten_once(0.1)
    deadline.lengthen(5)
    assert deadline.left == 0.1


def test_a_turn_is_owed_once_and_never_more_than_there_is_for_a_task():
    debt = Debt(most=3.0)
    assert debt.owed(LEAST_OWED / 2) == 0
    assert debt.owed(1.0) == 1.0
    assert debt.owed(1.0) == 0
    assert debt.owed(2.5) == 1.5
    assert debt.owed(60.0) == 0.5
    assert debt.owed(90.0) == 0


@LINUX
def test_the_kernel_says_who_had_no_turn():
    on_one_core = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    busy = [
        subprocess.Popen([sys.executable, "-c", on_one_core + "while True: pass"]) for _ in "ab"
    ]
    try:
        for _ in range(600):
            if (waited := seconds_without_a_turn(one.pid for one in busy)) > LEAST_OWED:
                break
            time.sleep(0.05)
        assert waited > LEAST_OWED
    finally:
        for one in busy:
            one.kill()
            one.wait()
    assert seconds_without_a_turn(one.pid for one in busy) == 0


@LINUX
def test_a_program_that_stood_in_a_queue_is_waited_for_longer(stage):
    """Its own processes keep each other waiting here: where the time went makes no difference."""
    source = """
        import os, subprocess, sys
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        rivals = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
        print("busy", flush=True)
        while True:
            pass
    """
    (stage.folder / "server.py").write_text(textwrap.dedent(source))
    program = Program(stage, "server.py")
    stage.wait_until(lambda: b"busy" in program.process.stdout.beginning(), stage.patience(10))
    before = stage.debt.given
    assert not stage.wait_until(lambda: False, Deadline(0.5))
    assert stage.debt.given > before


def test_whom_the_kernel_keeps_waiting_is_waited_for_longer(stage, monkeypatch):
    (stage.folder / "server.py").write_text("import time\ntime.sleep(60)")
    program = Program(stage, "server.py")
    monkeypatch.setattr(Stage, "_without_a_turn", lambda self: 0.0)
    monkeypatch.setattr(program.process.family, "is_held_up", lambda: True)
    assert not stage.wait_until(lambda: False, Deadline(0.2))
    assert stage.debt.given == stage.debt.most  # and then no longer


def test_who_sleeps_is_owed_nothing(stage, monkeypatch):
    (stage.folder / "server.py").write_text("import time\ntime.sleep(60)")
    Program(stage, "server.py")
    monkeypatch.setattr(Stage, "_without_a_turn", lambda self: 0.0)
    deadline = Deadline(0.2)
    assert not stage.wait_until(lambda: False, deadline)
    assert deadline.over and stage.debt.given == 0
