"""Grading on a cluster: a real scheduler and two worker processes on loopback."""

import os
import re
import signal
import subprocess
import sys
import threading

import psutil
import pytest

from grader.box.levels import best_level
from grader.classrun.conditions import Conditions
from grader.classrun.remote import grade_there
from grader.course.catalogue import KIT, find_lesson
from grader.errors import UserError
from tests.classes import (
    ENDS_AT_ONCE,
    SLEEPER,
    grade,
    graded_lines,
    hands_in,
    hands_in_a_solution,
    lessons,
    start,
    still_there,
)

distributed = pytest.importorskip("distributed")


@pytest.fixture
def cluster():
    """A scheduler and two workers that may start processes."""
    import dask

    with (
        dask.config.set({"distributed.worker.daemon": False}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
            memory_limit=None,
        ) as made,
    ):  # fmt: skip
        yield made


def pids(cluster):
    """Return the process ids of the workers."""
    with distributed.Client(cluster) as client:
        return list(client.run(os.getpid).values())


def family_with_suites(pid):
    """Wait until this worker runs a suite with a program; return all that it has started."""
    while True:
        started = psutil.Process(pid).children(recursive=True)
        if any("server.py" in " ".join(_words(one)) for one in started):
            return started
        threading.Event().wait(0.05)


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.skipif(os.name != "posix", reason="kills")
def test_a_worker_that_is_killed_loses_nothing_and_every_mark_is_right(cluster, tmp_path):
    hands_in_a_solution(tmp_path / "class", "good")
    hands_in(tmp_path / "class", "sleeper", SLEEPER)
    for number in range(3):
        hands_in(tmp_path / "class", f"bad{number}", f"{ENDS_AT_ONCE}# {number}\n")
    victim = pids(cluster)[0]
    run = start(tmp_path / "class", tmp_path / "out", "--engine", "dask",
                "--scheduler", cluster.scheduler_address)  # fmt: skip
    started = family_with_suites(victim)
    os.kill(victim, signal.SIGKILL)
    output, errors = run.communicate(timeout=200)
    assert run.returncode == 0, errors
    assert len(graded_lines(output)) == 5
    marks = {name: (one.state, one.points) for (name, _), one in lessons(tmp_path / "out").items()}
    assert marks.pop("good") == ("graded", 20)
    assert set(marks.values()) == {("graded", 0)}
    assert still_there(started) == []


def test_a_cluster_of_our_own_gives_the_same_results_as_this_process(tmp_path):
    hands_in(tmp_path / "class", "ann", ENDS_AT_ONCE)
    secret = ("--secret", str(tmp_path / "secret"))
    done = grade(tmp_path / "class", tmp_path / "here", *secret)
    assert f"{secret[1]} is not there: a new secret is written to it\n" in done.stdout
    done = grade(tmp_path / "class", tmp_path / "there", *secret, "--engine", "dask", "--jobs", "1")
    assert (done.returncode, done.stderr) == (0, "")
    here, there = lessons(tmp_path / "here"), lessons(tmp_path / "there")
    for name, one in here.items():
        other = there[name]
        assert (one.seed, one.graded_with, one.points) == (
            other.seed, other.graded_with, other.points
        )  # fmt: skip
        assert [task.message for task in one.tasks] == [task.message for task in other.tasks]


def test_a_scheduler_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    hands_in(tmp_path / "class", "ann", ENDS_AT_ONCE)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    done = grade(tmp_path / "class", tmp_path / "out", "--engine", "dask",
                 "--scheduler", "tcp://127.0.0.1:1")  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("grader: no scheduler answers at tcp://127.0.0.1:1: ")
    assert done.stderr.count("\n") == 1


@pytest.fixture
def scheduler():
    """A scheduler in a process of its own, without a worker: nothing that it takes is graded."""
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *words],
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def address(scheduler):
    """Wait until it listens; return where."""
    for line in scheduler.stderr:
        if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
            return found.group()
    raise AssertionError("it has ended")


def test_a_scheduler_that_goes_away_is_one_line(scheduler, tmp_path, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "3s")
    hands_in(tmp_path / "class", "ann", ENDS_AT_ONCE)
    where = address(scheduler)
    words = ("--engine", "dask", "--scheduler", where)
    with start(tmp_path / "class", tmp_path / "out", *words) as run:
        for line in run.stdout:  # the headline: it begins now
            if "lesson" in line:
                break
        with distributed.Client(where) as client:
            while not client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
                threading.Event().wait(0.05)
        scheduler.kill()
        _, errors = run.communicate(timeout=100)
    assert run.returncode == 2
    assert errors == "grader: the scheduler is gone; the same command goes on from here\n"


def test_a_worker_with_another_kit_refuses():
    lesson = find_lesson("1")
    graded_with = Conditions(b"", best_level()).graded_with(lesson, "f")
    with pytest.raises(UserError, match="a worker has another suite"):
        grade_there(lesson.id, {}, 1, graded_with | {"suite": "another"})


def test_a_python_without_distributed_is_told_the_way_out(tmp_path):
    hands_in(tmp_path / "class", "ann", ENDS_AT_ONCE)
    program = (
        "import sys; sys.modules['distributed'] = None; from grader.cli import main;"
        f"sys.exit(main(['grade', {str(tmp_path / 'class')!r}, '--engine', 'dask',"
        f"'--lesson', '1', '--out', {str(tmp_path / 'out')!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=KIT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "grader: --engine dask needs distributed, which this Python has not: make full, or pip "
        "install distributed\n"
    )
