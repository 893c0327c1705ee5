"""What a student meets runs on Windows and macOS, as far as that can be said from here.

Statically: what Windows lacks is used behind a guard only, and every text file has an encoding.
By a run: a Python that lacks it all checks right programs to full marks. Not shown is how the
systems themselves behave; .github/workflows/kit.yml would.
"""

import io
import os
import re
import subprocess
import sys

import pytest

from grader import cli
from grader.commands import diff
from grader.course.catalogue import KIT, SOLUTION, all_lessons
from grader.handout.student_kit import grader_files
from tests.guards import BOXED, LOOKED_AT_FIRST, Reader, lacking, place, text_file

SUITES = {lesson.suite for lesson in all_lessons()}
PROGRAMS = {path for path in grader_files() if path.suffix == ".py"}
PATH = sorted({*PROGRAMS, *SUITES, *SOLUTION.glob("*/*.py")})
LESSON_FOLDERS = tuple(lesson.id for lesson in all_lessons())


@pytest.fixture(scope="module")
def readers():
    """A reader for each file that a student meets."""
    return [Reader(path) for path in PATH]


def test_what_windows_lacks_is_used_behind_a_guard_only(readers):
    assert [line for reader in readers for line in reader.unguarded(lacking)] == []


def test_what_only_unix_has_is_looked_for_behind_a_guard_only(readers):
    """In the grader: what a suite names so, it sends. Constants of the boxes are words so far."""
    asked = [one for one in readers if not one.name.startswith(tuple(BOXED) + LESSON_FOLDERS)]
    assert len(asked) > 50
    assert [line for reader in asked for line in reader.unguarded(place)] == []


def test_every_text_file_has_an_encoding(readers):
    assert [line for reader in readers for line in reader.unguarded(text_file)] == []


@pytest.mark.parametrize(
    ("source", "finds"),
    [
        ("import fcntl\n", 1),
        ("from os import fork\n", 1),
        ("import os\nos.killpg(1, 9)\n", 1),
        ("import os\nif os.name == 'posix':\n    os.killpg(1, 9)\n", 0),
        ("import os\nif POSIX and os.getuid():\n    pass\n", 0),
        ("import os\nif os.getuid() and POSIX:\n    pass\n", 1),
        ("try:\n    import termios\nexcept ImportError:\n    termios = None\n", 0),
        ("try:\n    import termios\nexcept ValueError:\n    termios = None\n", 1),
        ("import os\ndef f():\n    if not POSIX:\n        return\n    os.setsid()\n", 0),
        ("import os\ndef f():\n    os.setsid()\n    if not POSIX:\n        return\n", 1),
        ("with suppress(AttributeError):\n    os.mkfifo('x')\n", 0),
        ("with suppress(KeyError):\n    os.mkfifo('x')\n", 1),
    ],
)
def test_the_reader_finds_what_it_should(tmp_path, source, finds):
    path = tmp_path / "program.py"
    path.write_text(source, encoding="utf-8")
    assert len(Reader(path).unguarded(lacking)) == finds


def test_the_reader_finds_texts_without_an_encoding(tmp_path):
    path = tmp_path / "program.py"
    good = "open(a, 'rb')\nopen(a, encoding='utf-8')\nos.open(a, 1)\nb.read_text('x', encoding=c)\n"
    bad = "open(a)\nb.read_text()\nrun(c, text=True)\nb.open('w')\n"
    path.write_text(good + bad, encoding="utf-8")
    assert len(Reader(path).unguarded(text_file)) == 4


def test_the_lists_of_what_only_linux_reaches_name_nothing_that_is_gone():
    for name in (*BOXED, *LOOKED_AT_FIRST):
        text = (KIT / "grader" / name).read_text(encoding="utf-8")
        for part in LOOKED_AT_FIRST.get(name, ()):
            assert re.search(rf"(def|class) {part.rpartition('.')[2]}\b", text), part


def as_on_windows(*words, cwd=KIT, **environment):
    """Run the command line by a Python that lacks what Windows lacks."""
    folder = str(KIT / "tests" / "like_windows")
    return subprocess.run(
        [sys.executable, "-m", "grader", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": folder, **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


@pytest.mark.skipif(os.name != "posix", reason="this is the real thing")
def test_a_python_without_all_that_checks_right_programs_to_full_marks():
    done = as_on_windows("check", "1", "5", "--submission", "reference_solution", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "All together 40/40." in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="this is the real thing")
def test_the_other_commands_of_a_student_run_there_too():
    for words in (["doctor"], ["hint", "4.2"], ["diff", "4"], ["run", "1", "server", "--help"]):
        done = as_on_windows(*words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "this system has no such box" in as_on_windows("doctor").stdout


@pytest.mark.skipif(os.name != "posix", reason="this is the real thing")
def test_there_a_posix_call_would_be_noticed():
    code = "import os, signal\ntry:\n    import fcntl\nexcept ImportError:\n    print('none')\n"
    code += "print(os.name, hasattr(os, 'fork'), hasattr(signal, 'SIGKILL'))\n"
    code = f"exec({code!r}, {{'__name__': 'grader.try'}})"
    folder = str(KIT / "tests" / "like_windows")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": folder},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == "none\nnt False False\n"


def test_a_console_of_cp1252_is_never_too_small(monkeypatch):
    """A student may write any letter into a program, and `diff` shows it."""
    screen = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", errors="strict")
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(diff, "parts", lambda source: {"main": f"# \u2192 {len(source)}"})
    assert cli.main(["diff", "4"]) == 0
    screen.flush()
    assert b"+# ? " in screen.buffer.getvalue()
