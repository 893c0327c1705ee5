"""The command line as people use it: right answers, exit statuses, one clear line for bad input."""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from grader.box.levels import best_level
from grader.course.catalogue import KIT, all_lessons
from grader.report.scoresheet import score_line
from grader.results import GRADED, NOT_RUN, LessonResult, TaskResult


def grader(*words, **environment):
    """Run the command line in the kit's folder."""
    return subprocess.run(
        [sys.executable, "-m", "grader", *map(str, words)],
        cwd=KIT,
        env={**os.environ, **environment},
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check", "99"], "no lesson is called '99'; there are 01_echo, 02_lines"),
        (["check", "1.99"], "no task is called '1.99'; lesson 1 has 1.1, 1.2"),
        (["check", "--submission", "no/such/folder"], "no/such/folder is not a folder"),
        (["check", "1", "--json", "no/such/x.json"], "there is no folder no/such"),
        (["hint", "4"], "'4' is a lesson; a task has a point in it, such as 4.2"),
        (["hint", "4.99"], "no task is called '4.99'"),
        (["diff", "echo"], "no lesson is called 'echo'"),
        (["run", "4", "client", "--solution"], "has no client.py; it has server"),
        (["grade", "no/such/class"], "no/such/class is not there: give the folder"),
        (["grade", "README.md"], "README.md is not a folder, nor a .zip: give the folder"),
        (["check", "1" * 5000], "no lesson is called"),
        (["grade", "lessons"], "is one submission, not a class"),
        (["report", "no/such/out"], "cannot read no/such/out/results.json"),
        (["bundle", "--lessons", ""], "no lesson is called ''"),
        (["nonsense"], "invalid choice: 'nonsense'"),
        (["grade"], "the following arguments are required: CLASS_DIR"),
        (["grade", "tests", "--no"], "unrecognized arguments: --no (see python -m grader grade "),
        (["grade", "tests", "--jobs", "0"], "--jobs 0: at least 1 is needed"),
    ],
)
def test_bad_input_gets_one_clear_line_and_status_2(words, says):
    done = grader(*words)
    assert done.returncode == 2
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1, lines
    assert says in lines[0]


def test_a_folder_may_have_blanks_in_its_name_and_lie_at_home(tmp_path):
    words = ["make", "-n", "grade", "CLASS=~/Lesson 1-17", "OUT=my marks"]
    if make := shutil.which(words[0]):
        done = subprocess.run([make, *words[1:]], cwd=KIT, capture_output=True, text=True)
        assert 'grade "~/Lesson 1-17" --out "my marks"' in done.stdout
    done = grader("grade", "~/Lesson 1-17", HOME=str(tmp_path), USERPROFILE=str(tmp_path))
    assert str(tmp_path / "Lesson 1-17") in done.stderr.decode()


def grader_in_a_shell(words, unbuffered):
    """Run `python -m grader` with these words of a shell behind it."""
    return subprocess.run(
        ["/bin/sh", "-c", f'"$0" -m grader {words}', sys.executable],
        cwd=KIT,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no disk is full at will here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_is_full_is_named_in_one_line(unbuffered):
    done = grader_in_a_shell("hint 4.1 >/dev/full", unbuffered)
    assert done.returncode == 2
    assert done.stderr == (
        "grader: No space left on device; mend that and give the same command again\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell closes its streams")
@pytest.mark.parametrize("words", ["hint 4.1", "check 1 --submission tests/sample_class --plain"])
def test_a_stdout_that_is_closed_takes_nothing_and_does_no_harm(words):
    done = grader_in_a_shell(f"{words} >&-", "")
    assert done.stderr == ""
    assert done.returncode == (0 if words.startswith("hint") else 1)


@pytest.mark.skipif(os.name != "posix", reason="a POSIX shell's pipe")
@pytest.mark.parametrize("words", ["--help", "hint 4.1"])
def test_a_reader_that_has_seen_enough_is_no_error(words):
    assert grader_in_a_shell(f"{words} | :", "").stderr == ""


def test_a_python_without_the_kits_libraries_is_told_which_to_use():
    bare = subprocess.run(
        [sys.executable, "-S", "-m", "grader", "check", "1"],  # -S: no environment's libraries
        cwd=KIT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert bare.returncode == 2
    assert bare.stderr.startswith("grader: this Python has no ") and ".venv" in bare.stderr


def test_an_empty_class_and_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "class").mkdir()
    done = grader("grade", tmp_path / "class", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert b"holds no submissions" in done.stderr
    (tmp_path / "class" / "ann" / "01_echo").mkdir(parents=True)
    (tmp_path / "taken").write_text("a file")
    done = grader("grade", tmp_path / "class", "--out", tmp_path / "taken")
    assert done.returncode == 2
    assert b"cannot write to" in done.stderr
    assert b"choose another --out" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    for inside in ("class", "class/marks"):
        done = grader("grade", tmp_path / "class", "--out", tmp_path / inside)
        assert done.returncode == 2
        assert b"lies in the class folder" in done.stderr
    assert sorted(path.name for path in (tmp_path / "class").iterdir()) == ["ann"]


def test_check_says_full_marks_with_status_0_and_writes_json(tmp_path):
    file = tmp_path / "results.json"
    done = grader("check", "1.1", "--submission", "reference_solution", "--json", file)
    assert done.returncode == 0, done.stdout
    assert b"PASS  1.1" in done.stdout
    written = json.loads(file.read_text())
    assert written["format"] == 2
    assert written["kit"]["suite"].startswith("sha256:")
    task = written["submissions"][0]["lessons"][0]["tasks"][0]
    assert task["state"] == "passed"
    assert task["points"] == task["max_points"]


def test_check_without_a_lesson_stops_at_the_first_without_full_marks(tmp_path):
    shutil.copytree(KIT / "reference_solution" / "01_echo", tmp_path / "01_echo")
    shutil.copytree(KIT / "lessons" / "02_lines", tmp_path / "02_lines")
    done = grader("check", "--submission", tmp_path)
    assert done.returncode == 1
    assert b"Lesson 01  full marks" in done.stdout
    assert b"Lesson 02" in done.stdout
    assert b"Lesson 03" not in done.stdout


def test_one_task_brings_those_it_needs_and_counts_alone():
    done = grader("check", "2.12", "--submission", "reference_solution")
    assert done.returncode == 0, done.stdout
    assert b"PASS  2.12" in done.stdout
    assert b" 2.3 " not in done.stdout


def test_next_is_what_a_waiting_task_waits_for():
    waiting = TaskResult("1.3", "a task", NOT_RUN, 0, 2, needs=["1.2"])
    result = LessonResult("01_echo", "echo", GRADED, 0, 2, tasks=[waiting])
    assert score_line(result) == "Score 0/2.  Next: 1.2.  Mending it also opens 1.3."


def test_a_crash_shows_the_todo_at_once():
    done = grader("check", "4")
    assert done.returncode == 1
    text = done.stdout.decode()
    assert "CRASH 4.1" in text
    assert "NotImplementedError: TODO" in text
    assert "WAIT  4.2" in text
    assert "Traceback (most recent call last)" not in text


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "cp1252"}])
def test_output_is_plain_where_nobody_looks_and_encodes_in_cp1252(environment):
    done = grader("check", "1", **environment)
    assert b"\x1b" not in done.stdout
    text = done.stdout.decode("cp1252")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 80
    assert done.stderr == b""


def test_colour_is_for_terminals_that_want_it():
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        done = grader("check", "1.1", **{"FORCE_COLOR": "1", "TERM": "xterm"}, **environment)
        assert bool(re.search(rb"\x1b\[[39]", done.stdout)) is coloured, environment
        assert b"1.1" in done.stdout


def test_every_task_has_hints_to_show():
    for lesson in all_lessons():
        task = lesson.tasks[0].id
        done = grader("hint", task, "--level", 3)
        assert done.returncode == 0
        assert f"{task}  {lesson.tasks[0].title}" in done.stdout.decode()


def test_diff_names_the_files_and_doctor_is_content():
    done = grader("diff", "4")
    assert b"`room.py`: you write" in done.stdout
    done = grader("doctor")
    assert done.returncode == 0
    assert b"Ready." in done.stdout
    assert f"sandbox: {best_level()}".encode() in done.stdout


def test_run_starts_a_stage_and_passes_its_options_on():
    done = grader("run", "1", "server", "--solution", "--buffer", "0")
    assert done.returncode == 2
    assert b"usage: server.py" in done.stderr
