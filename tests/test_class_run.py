"""Grading a class: every mark right, hostile names harmless, results that reports can trust."""

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest

from grader.box.levels import best_level
from grader.classrun.seeds import read_secret, seed_for
from grader.course.catalogue import KIT, SOLUTION
from grader.document import read_document
from grader.report.gradebook import gradebook_csv
from grader.report.names import page_name
from tests.classes import (
    FLOODER,
    FORKER,
    SLEEPER,
    grade,
    graded_lines,
    hands_in,
    hands_in_a_solution,
    lessons,
)
from tests.known.sample import CLASS, contents, make_class

HOSTILE = "=cmd()<script>alert(1)</script>"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A small class of good, broken and hostile submissions, graded with lesson 1."""
    folder = tmp_path_factory.mktemp("class")
    shutil.copytree(SOLUTION / "01_echo", folder / "class" / "good" / "01_echo")
    shutil.copytree(KIT / "lessons" / "01_echo", folder / "class" / "starter" / "01_echo")
    files = {
        "syntax-error": "def main(:\n",
        "empty": "",
        "endless": "while True: pass\n",
        "loud": "import sys\nsys.exit('\x1b[2J<b>bold</b>\\x00')\n",
        HOSTILE.replace("/", "|"): "raise SystemExit(0)\n",
    }
    for name, source in files.items():
        place = folder / "class" / name / "01_echo"
        place.mkdir(parents=True)
        (place / "server.py").write_text(source)
    (folder / "class" / "broken.zip").write_bytes(b"no zip")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", str(folder / "class"), "--lesson", "1",
         "--out", str(folder / "out")],
        cwd=KIT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout


def points(out):
    """Return the points of each submission."""
    return {one.id: one.points for one in read_document(out / "results.json").submissions}


def test_every_mark_is_right(graded):
    out, _ = graded
    marks = points(out)
    assert marks.pop("good") == 20
    assert set(marks.values()) == {0}
    assert len(marks) == 7


def test_no_submission_breaks_the_grader(graded):
    out, _ = graded
    for one in read_document(out / "results.json").submissions:
        states = {task.state for lesson in one.lessons for task in lesson.tasks}
        assert "grader_error" not in states, one.id


def test_the_terminal_shows_gradebook_numbers_and_who_needs_a_person(graded):
    _, text = graded
    assert f"sandbox: {best_level()}" in text
    assert "good                     20    20/20" in text
    assert "Hardest" in text
    assert "broken: not graded: the zip cannot be read" in text
    assert "\x1b" not in text


def test_nothing_from_a_student_acts_in_a_page_or_a_table(graded):
    out, _ = graded
    index = (out / "index.html").read_text()
    assert "<script>alert" not in index
    assert "&lt;script&gt;" in index
    with (out / "gradebook.csv").open(encoding="utf-8-sig", newline="") as file:
        names = [row["submission"] for row in csv.DictReader(file)]
    assert any(name.startswith("'=cmd") for name in names)
    pages = list((out / "feedback").glob("*.html"))
    assert len(pages) == 8
    for page in pages:
        text = page.read_text()
        assert "\x1b" not in text
        assert "<b>bold" not in text
        assert "alert(1)</script>" not in text


def test_reports_are_made_again_from_the_results_alone(graded):
    out, _ = graded
    before = {path.name: path.read_text() for path in out.glob("*.html")}
    for path in [*out.glob("*.html"), *(out / "feedback").iterdir()]:
        path.unlink()
    done = subprocess.run(
        [sys.executable, "-m", "grader", "report", str(out)], cwd=KIT, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert {path.name: path.read_text() for path in out.glob("*.html")} == before
    assert len(list((out / "feedback").iterdir())) == 2 * 8


def test_the_gradebook_has_a_column_a_lesson_and_leaves_missing_ones_empty(graded):
    out, _ = graded
    rows = gradebook_csv(read_document(out / "results.json")).splitlines()
    assert rows[0] == "submission,01_echo,total,maximum,mark,notes"
    assert next(row for row in rows if row.startswith("broken")).startswith("broken,,0,20,0,")


def test_page_names_are_files_of_their_own():
    names = ["ann", "../ann", "Ann/..", "a b", "a_b", ".ann", "\u00e4"]
    pages = [page_name(name) for name in names]
    assert len(set(pages)) == len(names)
    assert all("/" not in page and not page.startswith(".") for page in pages)


def test_seeds_are_replayable_and_differ(tmp_path):
    secret = read_secret(tmp_path / "secret")
    assert read_secret(tmp_path / "secret") == secret
    seeds = {seed_for(secret, one, suite) for one in ("a", "b") for suite in ("x", "y")}
    assert len(seeds) == 4
    assert seed_for(secret, "a", "x") in seeds


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_sleeper_a_flooder_and_a_forker_harm_no_neighbour(tmp_path):
    for number in range(12):
        hands_in_a_solution(tmp_path / "class", f"good{number}", f"{number % 3}")
    for name, source in (("sleeper", SLEEPER), ("flooder", FLOODER), ("forker", FORKER)):
        hands_in(tmp_path / "class", name, source)
    done = grade(tmp_path / "class", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    marks = {name: (one.state, one.points) for (name, _), one in lessons(tmp_path / "out").items()}
    bad = {name: marks.pop(name) for name in ("sleeper", "flooder", "forker")}
    assert set(bad.values()) == {("graded", 0)}
    assert len(marks) == 12
    assert set(marks.values()) == {("graded", 20)}
    assert len(graded_lines(done.stdout)) == 6  # what is alike is graded once


def test_the_sample_class_is_in_step(tmp_path):
    make_class(tmp_path / "class")
    assert contents(CLASS) == contents(tmp_path / "class"), "mend it with: make sample"


def test_results_json_is_what_other_programs_were_promised(graded):
    out, _ = graded
    document = json.loads((out / "results.json").read_text())
    promised = ["format", "kit", "sandbox", "seconds", "lessons", "submissions"]
    assert list(document)[: len(promised)] == promised
    assert {*document} <= {*promised, "alike", "compared"}
    lesson = document["submissions"][0]["lessons"][0]
    keys = ("id", "state", "points", "max_points", "seed", "seconds", "cached", "tasks")
    assert set(keys) <= set(lesson)
    failed = [t for one in document["submissions"] for le in one["lessons"] for t in le["tasks"]]
    assert {t["state"] for t in failed} <= {"passed", "failed", "not_run", "timeout", "crashed"}
