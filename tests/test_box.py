"""The box itself: its levels, what a program in it may use, how its end is told."""

import os
import sys

import pytest

from grader.box import levels
from grader.box.box import ISOLATED, LEVELS, NO_PROC, UNPROTECTED
from grader.box.limits import MOST_MEMORY
from grader.course.catalogue import SOLUTION, find_lesson
from grader.judging.run import Job, run_lesson
from grader.results import GRADED
from grader.wire.patience import measured_slowness

WORKING = [level for level in LEVELS if not levels.trouble(level)]
SCRIPT = "server.py"


def ended(text, tmp_path, level, task="1.1", patient=1):
    """Grade one task of a server with this text; return its result. patient: so many times."""
    folder = tmp_path / "submission" / "01_echo"
    folder.mkdir(parents=True)
    (folder / SCRIPT).write_text(text)
    slowness = patient * measured_slowness()
    job = Job(find_lesson("1"), folder.parent, (task,), slowness=slowness, box=level)
    return run_lesson(job).tasks[0]


def test_the_level_that_is_said_is_the_tightest_that_works():
    assert levels.best_level() == WORKING[0]
    assert WORKING[-1] == UNPROTECTED


@pytest.mark.parametrize("level", WORKING)
def test_the_reference_earns_full_marks_at_every_level(level):
    job = Job(find_lesson("1"), SOLUTION, slowness=measured_slowness(), box=level)
    result = run_lesson(job)
    assert (result.state, result.points) == (GRADED, result.max_points), result


@pytest.mark.parametrize("level", [level for level in WORKING if level != UNPROTECTED])
def test_an_attacker_gets_no_further_than_the_level_says(level):
    got = set(levels.attacked(level))
    assert not got if level in (ISOLATED, NO_PROC) else "read the kit" not in got, got
    assert "write into the kit" not in got
    assert "signal other processes" not in got


def test_without_a_box_the_attacker_gets_through():
    assert {"read the kit", "signal other processes"} <= set(levels.attacked(UNPROTECTED))


@pytest.mark.parametrize("level", WORKING)
@pytest.mark.parametrize(
    ("ending", "words"),
    [
        ("raise SystemExit(7)", "exit status 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "stopped by signal 9"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "stopped by signal 11"),
    ],
)
def test_how_a_program_ended_is_told_alike_at_every_level(level, ending, words, tmp_path):
    task = ended(ending, tmp_path, level)
    assert words in task.message, task


@pytest.mark.parametrize("level", WORKING)
def test_a_path_in_a_traceback_is_that_of_the_folder(level, tmp_path):
    task = ended("1 / 0", tmp_path, level)
    assert task.tail[-1].startswith("ZeroDivisionError"), task.tail
    assert any('File "server.py", line 1' in line for line in task.tail), task.tail


@pytest.mark.skipif(os.name != "posix", reason="Python's own environments are others there")
@pytest.mark.parametrize("level", WORKING)
def test_a_program_has_the_standard_library_alone_at_every_level(level, tmp_path):
    text = """
import sys
installed = [path for path in sys.path if "-packages" in path]
if installed:
    print(installed, file=sys.stderr)
exit(1 if installed else 7)  # exit() is there as well
"""
    task = ended(text, tmp_path, level)
    assert "exit status 7" in task.message, task


@pytest.mark.skipif(WORKING[0] not in (ISOLATED, NO_PROC), reason="no box here to count in")
def test_too_much_memory_in_many_processes_is_noticed(tmp_path):
    text = f"""
import os, time
for _ in range(3):
    if os.fork() == 0:
        break
held = bytearray(b"x") * {MOST_MEMORY // 3}
time.sleep(60)
"""
    task = ended(text, tmp_path, WORKING[0], patient=8)
    assert "MiB of memory in all and was stopped" in task.message, task


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is none elsewhere")
def test_a_machine_without_bubblewrap_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(levels, "bubblewrap", lambda: None)
    levels.trouble.cache_clear()
    try:
        assert "apt install bubblewrap" in levels.trouble(ISOLATED)
    finally:
        levels.trouble.cache_clear()
