"""How long the harness waits: no longer than it must, and not for a machine that runs others."""

import itertools
import subprocess
import sys
import time

import pytest

from grader.box.turns import Turns, held_up, turns
from grader.wire.debts import HELD_UP, LEAST_OWED, Debt, Debts
from grader.wire.patience import Deadline
from grader.wire.program import Program
from tests.small_programs import LINUX, write

SLEEPER = "import time\ntime.sleep(60)"


@pytest.fixture(autouse=True)
def a_quiet_machine(monkeypatch):
    """Else these tests would take as long as suites may on a crowded one."""
    monkeypatch.setattr("grader.wire.debts.machine_is_crowded", lambda: False)


def test_time_in_which_nobody_ran_is_not_counted():
    deadline = Deadline(1.0)
    deadline.looked(asked=0.1, took=30.0)
    assert deadline.left == pytest.approx(0.8)
    deadline.shorten_once(0.5)
    deadline.shorten_once(0.1)
    assert deadline.left == 0.5


def test_a_debt_is_never_more_than_there_is_for_a_task():
    debt = Debt(most=3.0)
    assert debt.owed(LEAST_OWED / 2) == 0
    assert debt.owed(1.0) == 1.0
    assert debt.owed(0.0) == 0
    assert debt.owed(1.5) == 1.5
    assert debt.owed(60.0) == 0.5
    assert debt.owed(90.0) == 0


@LINUX
def test_the_kernel_says_who_had_no_turn_and_who_has_none_now():
    on_one_core = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    code = [f"{on_one_core}while True: pass"] * 4 + ["import time; time.sleep(600)"]
    *busy, idle = [subprocess.Popen([sys.executable, "-c", one]) for one in code]
    pids = [one.pid for one in busy]
    try:
        for _ in range(600):
            waited = [had.waited for had in turns(pids).values()]
            if len(waited) == len(pids) and min(waited) > LEAST_OWED:
                break
            time.sleep(0.05)
        assert min(waited) > LEAST_OWED
        assert held_up(pids)
        assert any(not held_up([idle.pid]) for _ in range(600))  # it may still be starting
    finally:
        for one in (*busy, idle):
            one.kill()
            one.wait()
    assert not turns(pids) and not held_up(pids)


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
    write(stage, source)
    program = Program(stage, "server.py")
    stage.wait_until(lambda: b"busy" in program.process.stdout.beginning(), stage.patience(10))
    stage.debts.to_programs = Debt(most=1.2)
    assert not stage.wait_until(lambda: False, Deadline(0.5))
    assert stage.debts.to_programs.given > 0


def test_who_has_ended_has_waited_as_well(stage, monkeypatch):
    write(stage, SLEEPER)
    family = Program(stage, "server.py").process.family
    monkeypatch.setattr("grader.box.family.turns", lambda pids: {"1": Turns(1.0, 2.0)})
    assert family.turns() == (1.0, 2.0)
    monkeypatch.setattr("grader.box.family.turns", lambda pids: {"2": Turns(1.0, 0.5)})
    assert family.turns() == (2.0, 2.5)


def test_nobody_is_owed_more_than_the_wait_has_taken(stage, monkeypatch):
    monkeypatch.setattr(Debts, "turns", lambda self: Turns(waited=100.0))
    assert not stage.wait_until(lambda: False, Deadline(0.2))
    assert 0.2 <= stage.debts.to_programs.given < 1


def test_what_was_lost_in_waits_that_went_well_is_given_to_the_task(stage, monkeypatch):
    monkeypatch.setattr(Debts, "turns", lambda self: Turns(waited=3.0))
    stage.task_time.looked(18.0, 18.0)
    before = stage.task_time.left
    assert stage.wait_until(lambda: True)
    assert stage.task_time.left == pytest.approx(before + 3.0, abs=0.1)
    stage.task_time.looked(3.0, 3.0)
    before = stage.task_time.left
    assert stage.wait_until(lambda: True)
    assert stage.task_time.left == pytest.approx(before, abs=0.1)  # once


def test_who_never_becomes_steady_is_not_waited_for_beyond_the_task(stage):
    stage.task_time.looked(20.0, 20.0)
    seen = itertools.count(1)
    stage.waits_until_steady(lambda: next(seen))
    assert next(seen) < 10


def test_for_a_hardship_of_ours_a_program_is_waited_for_longer_once():
    debt = Debt(most=1.0)
    debt.add(2.0)
    assert debt.owed(0.0, by_us_too=False) == 0.0
    assert debt.owed(0.5) == 2.5
    assert debt.owed(0.7) == 0.5  # the machine's part alone, up to its limit


@LINUX
def test_whom_the_kernel_keeps_waiting_is_waited_for_longer(stage, monkeypatch):
    """Who spawns is held until the new process has begun; this one waits for a writer first."""
    source = """
        import os
        os.mkfifo("pipe")
        print("now", flush=True)
        reads = [(os.POSIX_SPAWN_OPEN, 0, "pipe", os.O_RDONLY, 0)]
        os.posix_spawn("/bin/true", ["true"], {}, file_actions=reads)
    """
    write(stage, source)
    program = Program(stage, "server.py")
    stage.wait_until(lambda: b"now" in program.process.stdout.beginning(), stage.patience(10))
    monkeypatch.setattr(Debts, "turns", lambda self: Turns(waited=0.0))
    stage.debts.to_programs = Debt(most=1.2)
    assert not stage.wait_until(lambda: False, Deadline(0.2))
    assert stage.debts.to_programs.given == stage.debts.to_programs.most  # and then no longer


def test_who_sleeps_is_owed_nothing(stage, monkeypatch):
    write(stage, f"print('now', flush=True)\n{SLEEPER}")
    program = Program(stage, "server.py")
    stage.wait_until(lambda: b"now" in program.process.stdout.beginning(), stage.patience(10))
    monkeypatch.setattr(Debts, "turns", lambda self: Turns(waited=0.0))
    stage.wait_until(lambda: not program.process.family.is_held_up(), stage.patience(10))
    before = stage.debts.to_programs.given
    deadline = Deadline(0.2)
    assert not stage.wait_until(lambda: False, deadline)
    assert deadline.over and stage.debts.to_programs.given == before


@pytest.mark.parametrize(
    ("runs", "is_crowded", "most"),
    [
        (0.01, True, 2.0),
        (0.01, False, 1.0),
        (10.0, True, 1.0),
    ],
    ids=["kept from work by others", "on a quiet machine", "it has worked itself"],
)
def test_whom_others_starve_is_waited_for_longer(stage, monkeypatch, runs, is_crowded, most):
    write(stage, SLEEPER)
    family = Program(stage, "server.py").process.family
    monkeypatch.setattr(family, "is_held_up", lambda: True)
    seen = itertools.count()  # it runs for so many seconds from look to look
    monkeypatch.setattr(Debts, "turns", lambda self: Turns(run=runs * next(seen)))
    monkeypatch.setattr("grader.wire.debts.machine_is_crowded", lambda: is_crowded)
    stage.debts.to_programs = Debt(most=1.0)
    stage.debts.to_starved = Debt(most=1.0)
    assert not stage.wait_until(lambda: False, Deadline(0.2))
    assert stage.debts.given == most  # and then no longer


def test_who_has_just_been_let_go_is_given_a_moment(stage, monkeypatch):
    write(stage, SLEEPER)
    family = Program(stage, "server.py").process.family
    monkeypatch.setattr(Debts, "turns", lambda self: Turns())
    looks = iter([True, True, False, False, False])
    monkeypatch.setattr(family, "is_held_up", lambda: next(looks))
    assert not stage.wait_until(lambda: False, Deadline(0.2))
    assert stage.debts.given == 3 * HELD_UP
    assert len(list(looks)) == 1


def test_what_comes_while_the_kernel_is_asked_counts(stage, monkeypatch):
    """Beside a thousand processes that takes a second: time enough for a program to answer."""
    write(stage, SLEEPER)
    family = Program(stage, "server.py").process.family
    monkeypatch.setattr(Debts, "turns", lambda self: Turns())
    come = []
    monkeypatch.setattr(family, "is_held_up", lambda: come.append("news") and False)
    assert stage.wait_until(lambda: bool(come), Deadline(0.2))


def test_whose_time_is_over_gets_no_last_look(stage, monkeypatch):
    """Else a line each 90 ms would go on for ever."""
    write(stage, SLEEPER)
    family = Program(stage, "server.py").process.family
    monkeypatch.setattr(Debts, "turns", lambda self: Turns())
    monkeypatch.setattr(family, "is_held_up", lambda: False)
    stage.task_time.looked(20.0, 20.0)
    come = time.monotonic() + 0.05
    assert not stage.wait_until(lambda: time.monotonic() > come)
    before = stage.task_time.spent
    assert not stage.wait_until(lambda: False, Deadline(0.2))
    assert stage.task_time.spent > before + 0.2  # and what others get is counted
