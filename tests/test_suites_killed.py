"""A suite that is killed or hangs: one retry of one lesson, and then a person."""

import json
import multiprocessing.forkserver
import os
import signal
import threading

import pytest

from grader.course.catalogue import SOLUTION, find_lesson
from grader.judging import run, suite_process
from grader.judging.run import Job, run_lesson
from grader.results import GRADED, UNGRADED
from tests.classes import SLEEPER, family, hands_in, still_there

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals")


class Suites:
    """Hands out the suites that are started, with a program of theirs, one after the other."""

    def __init__(self, job):
        self.job = job
        self.seen = []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.result = run_lesson(self.job)

    def next_one(self):
        """Wait for the next suite and its first program; return both processes."""
        while True:
            for suite in list(run.RUNNING):
                if suite not in self.seen and (programs := family(suite.process.pid)):
                    self.seen.append(suite)
                    return suite, programs
            assert self.thread.is_alive(), self.result
            threading.Event().wait(0.01)

    def ended(self):
        """Wait for the result, longer than two suites may be silent."""
        self.thread.join(60)
        assert not self.thread.is_alive(), f"nothing came of {len(self.seen)} suites"
        return self.result


@pytest.fixture
def suites(tmp_path, monkeypatch):
    """The suite of lesson 1, one task, on a program that lets it wait for two seconds.

    How long a suite may be silent is read when it starts, so it is said before.
    """
    monkeypatch.setattr(run, "SILENT_SECONDS", 8.0)
    monkeypatch.setattr(suite_process, "END_SECONDS", 0.5)
    hands_in(tmp_path, "sleeper", SLEEPER)
    started = Suites(Job(find_lesson("1"), tmp_path / "sleeper", tasks=("1.1",)))
    yield started
    started.thread.join(60)  # or the next test would take its suites for its own


def ends(suites, act, times):
    """Let this happen to so many suites; return the result, and check that nothing is left."""
    left = []
    for _ in range(times):
        suite, programs = suites.next_one()
        left += programs
        act(suite)
    result = suites.ended()
    assert still_there(left) == []
    return result


def kill(suite):
    os.kill(suite.process.pid, signal.SIGKILL)


def stop(suite):
    os.kill(suite.process.pid, signal.SIGSTOP)


def kill_the_server_of_suites(suite):
    os.kill(multiprocessing.forkserver._forkserver._forkserver_pid, signal.SIGKILL)


@pytest.mark.parametrize("act", [kill, stop, kill_the_server_of_suites])
def test_a_suite_that_breaks_is_tried_once_more(suites, act):
    result = ends(suites, act, 1)
    assert (result.state, result.points) == (GRADED, 0)
    assert result.tasks[0].state != "grader_error"
    assert result.notes == []


@pytest.mark.parametrize("act", [kill, kill_the_server_of_suites])
def test_a_suite_that_breaks_twice_needs_a_person(suites, act):
    result = ends(suites, act, 2)
    assert result.state == UNGRADED
    assert result.notes == ["the grader failed; this lesson needs a person"]
    assert result.tasks[0].state == "grader_error"


def test_a_good_submission_has_its_mark_though_its_suite_was_killed(tmp_path):
    job = Job(find_lesson("1"), SOLUTION, tasks=("1.1", "1.2"))
    result = ends(Suites(job), kill, 1)
    assert (result.state, result.points) == (GRADED, result.max_points)
    assert json.dumps(result.to_json())
