"""The students' kit, unpacked and used: it works by itself."""

import os
import subprocess
import sys
import zipfile

import pytest

from grader.course.catalogue import KIT, SOLUTION, all_lessons
from grader.handout.student_kit import FOLDER, write_student_kit

MOST_BYTES = 1024 * 1024


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The kit, unpacked in a clean folder."""
    place = tmp_path_factory.mktemp("student")
    write_student_kit(place / "kit.zip", all_lessons())
    with zipfile.ZipFile(place / "kit.zip") as archive:
        archive.extractall(place)
    return place / FOLDER


def command(kit, *words):
    """Give a command as a student does; nothing tells it where the course's own kit is."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-m", "grader", *words],
        cwd=kit,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


def test_it_is_small_and_the_same_kit_makes_the_same_bytes(unpacked, tmp_path):
    first = unpacked.parent / "kit.zip"
    assert first.stat().st_size < MOST_BYTES
    write_student_kit(tmp_path / "again.zip", all_lessons())
    assert (tmp_path / "again.zip").read_bytes() == first.read_bytes()


SET_UP_TWICE = """
import os, sys
sys.path.insert(0, "grader")
import bootstrap
os.makedirs(os.path.dirname(bootstrap.PYTHON))
open(bootstrap.PYTHON, "w").close()
with open(os.path.join(bootstrap.VENV, "kit.txt"), "w") as file:
    file.write(bootstrap.fingerprint("core"))
sys.exit(bootstrap.main(["core"]) or bootstrap.main(["full"]))
"""


def test_it_is_set_up_once_and_only_for_students(unpacked):
    done = subprocess.run(
        [sys.executable, "-c", SET_UP_TWICE],
        cwd=unpacked, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == ("this kit has no full.lock in requirements/: it is the students' kit\n")


def test_the_starter_has_no_points_there_and_names_what_to_write(unpacked):
    done = command(unpacked, "check", "1", "--plain")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Score 0/20." in done.stdout
    assert "TODO 1.1" in done.stdout
    assert done.stderr == ""


def test_a_right_program_has_full_marks_there(unpacked):
    for path in (SOLUTION / "01_echo").glob("*.py"):
        (unpacked / "lessons" / "01_echo" / path.name).write_bytes(path.read_bytes())
    done = command(unpacked, "check", "1", "--plain")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Score 20/20.  Full marks." in done.stdout


def test_right_programs_meet_themselves_where_the_courses_own_are_missing(unpacked):
    tasks = ["5.15", "6.18", "7.14", "9.17", "10.16"]
    done = command(unpacked, "check", *tasks, "--plain", "--submission", str(SOLUTION))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All together 5/5." in done.stdout


def test_hint_diff_doctor_and_run_work_there(unpacked):
    for words, says in (
        (["hint", "10.16"], "10.16"),
        (["diff", "4"], "you write `take_lines`"),
        (["doctor"], "Ready."),
        (["run", "2", "server", "--help"], "--buffer"),
        (["--help"], "check"),
    ):
        done = command(unpacked, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert says in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "4", "server", "--solution"], "this kit came without solutions"),
        (["grade", "."], "invalid choice: 'grade'"),
        (["check", "--submission", "reference_solution"], "reference_solution is not a folder"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(unpacked, words, says):
    done = command(unpacked, *words)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert says in line


def test_the_command_writes_a_part_and_says_what_it_shows(tmp_path):
    out = tmp_path / "new" / "kit.zip"
    words = [sys.executable, "-m", "grader", "bundle", "--lessons", "1-2", "--out", str(out)]
    done = subprocess.run(words, cwd=KIT, capture_output=True, encoding="utf-8", check=True)
    assert "01_echo to 02_lines, without solutions" in done.stdout
    with zipfile.ZipFile(out) as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {FOLDER}
        assert any("/02_lines/" in name for name in archive.namelist())
        assert not any("/03_threads/" in name for name in archive.namelist())
