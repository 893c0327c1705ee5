"""A platform's own export comes back with marks in it, and with nothing else changed."""

import subprocess
import sys

import pytest

from grader.cli import main
from grader.course.catalogue import KIT
from grader.document import write_document
from grader.results import FAILED, GRADER_ERROR, PASSED
from tests.hostile import FORMULA, document, full, submission
from tests.platforms import canvas_changes
from tests.rosters import CANVAS, CANVAS_MARKS, CANVAS_STUDENTS, canvas, handed_over


def test_canvas_changes_exactly_the_marks_of_those_who_have_one(tmp_path):
    changes, lines = canvas(
        tmp_path,
        full("dir-1", person={"lms": "canvas", "user_id": "101"}),
        submission("grace@example.org", PASSED, FAILED),
        full("OB;RIEN", late={"percent": 10, "reason": "late"}),
        submission("alan", PASSED, GRADER_ERROR),
        full("cused"),
        full("stranger"),
    )
    assert changes == {
        (101, 48213): ("", "20"), (102, 48213): ("12.0", "5"), (103, 48213): ("7.5", "18"),
    }  # fmt: skip
    report = "\n".join(lines)
    assert '3 marks of 03_threads in column "Lesson 03 (48213)"' in report
    assert "left as it is: Turing, Alan (104) (alan): the grader failed on 03_threads" in report
    assert "left as it is: Ex, Cused (105) (cused): excused" in report
    assert "matches no student: stranger" in report
    assert "without a submission: Student, Test (106)" in report


def test_what_was_not_handed_in_keeps_its_mark(tmp_path):
    changes, lines = canvas(tmp_path, submission("grace@example.org"))
    assert changes == {}
    assert "nothing was handed in that could be graded" in "\n".join(lines)


def test_two_submissions_of_one_student_mark_nobody_and_name_both(tmp_path):
    changes, lines = canvas(
        tmp_path, full("ada"), full("x", person={"user_id": "101"}), full("alan")
    )
    assert set(changes) == {(104, 48213)}
    assert (
        "error: ada and x belong to one student, Lovelace, Ada (101): no mark was written" in lines
    )


@pytest.mark.parametrize("name", ["ADA", "s001", "Ada Lovelace", "lovelace, ada"])
def test_a_submission_named_like_a_student_is_theirs(tmp_path, name):
    changes, _ = canvas(tmp_path, full(name))
    assert list(changes) == [(101, 48213)]


@pytest.mark.parametrize("name", ["lovelace", "a", "", "ada2", "101-ada", FORMULA])
def test_a_submission_named_nearly_like_a_student_is_nobodys(tmp_path, name):
    changes, lines = canvas(tmp_path, full(name))
    assert changes == {}
    assert any(line.startswith("matches no student: ") for line in lines)


def test_two_students_of_one_name_are_not_told_apart_by_it(tmp_path):
    twins = CANVAS.replace('"Turing, Alan"', '"Lovelace, Ada"')
    changes, lines = canvas(tmp_path, full("Ada Lovelace"), text=twins)
    assert changes == {}
    assert (
        "error: Ada Lovelace fits more than one student, Lovelace, Ada (101) and Lovelace, Ada "
        "(104): no mark was written"
    ) in lines
    assert not any(line.startswith("without a submission: Lovelace") for line in lines)


def test_a_row_that_is_there_twice_is_said(tmp_path):
    twice = CANVAS + '"Turing, Alan",104,S004,alan,CS1-B,5,11,,50,D\n'
    for person in ({}, {"lms": "canvas", "user_id": "104", "login": "alan"}):
        changes, lines = canvas(tmp_path, full("alan", person=person), text=twice)
        assert changes == {}
        assert any(line.startswith("error: alan fits more than one student, ") for line in lines)


def test_a_groups_submission_marks_each_of_its_people(tmp_path):
    person = {"lms": "gradescope", "email": "grace@example.org; alan", "sid": "S002; S004"}
    changes, _ = canvas(tmp_path, full("submission_1", person=person))
    assert set(changes) == {(102, 48213), (104, 48213)}


def test_who_has_a_number_at_canvas_that_is_not_on_the_roster_is_nobody_there(tmp_path):
    person = {"lms": "canvas", "user_id": "999", "login": "ada"}
    changes, lines = canvas(tmp_path, full("ada_999", person=person))
    assert changes == {}
    assert "matches no student: ada_999" in lines


def test_a_name_at_github_is_no_login_of_the_platform(tmp_path):
    changes, _ = canvas(tmp_path, full("ada", person={"lms": "github", "login": "ada"}))
    assert changes == {}


@pytest.mark.parametrize("text", [
    CANVAS.replace(",", ";").replace('"O""Brien; =cmd', '"O""Brien, =cmd').replace("7.5", '"7,5"'),
    CANVAS.replace("\n", "\r\n"), "\ufeff" + CANVAS, CANVAS.rstrip("\n"),
    CANVAS.replace("ID,SIS User ID,SIS Login ID,", "ID,SIS User ID,SIS Login ID,Integration ID,")
    .replace(",Section", ",Section").replace(",ada,", ",ada,I1,").replace(",,,,,", ",,,,,,"),
], ids=["semicolons", "crlf", "bom", "no newline at the end", "integration ids"])  # fmt: skip
def test_canvas_reads_the_file_in_every_form_that_it_writes(tmp_path, text):
    if "Integration" in text:
        text = "\n".join(line for line in text.split("\n") if "Student" in line or "Ada" in line)
    data, _ = handed_over(tmp_path, "grades.csv", text, full("ada"))
    assert canvas_changes(data, CANVAS_STUDENTS, CANVAS_MARKS) == {(101, 48213): ("", "20")}
    kept = set(data.decode().splitlines(keepends=True))
    before = set(text.splitlines(keepends=True))
    assert len(kept - before) == 1, "only one line is another than before"


def test_of_canvas_file_only_students_without_a_mark_are_missing(tmp_path):
    data, _ = handed_over(tmp_path, "grades.csv", CANVAS, full("alan"))
    before = CANVAS.splitlines()
    assert data.decode().splitlines() == [*before[:3], before[6].replace(",11,", ",20,")]


def test_the_report_makes_the_marked_roster_again_and_prints_what_is_harmless(tmp_path):
    (tmp_path / "g.csv").write_text(CANVAS)
    write_document(tmp_path / "results.json", document(full("ada"), full("##[error]x\x1b[2J")))
    words = [sys.executable, "-m", "grader", "report", tmp_path, "--roster", tmp_path / "g.csv"]
    done = subprocess.run(words, cwd=KIT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 marks of 03_threads in column" in done.stdout
    said = [line for line in done.stdout.splitlines() if "matches no student" in line]
    assert said == [" matches no student: #\\x23[error]x\\x1b[2J"]
    assert (tmp_path / "g-marked.csv").is_file()


@pytest.mark.parametrize("name", ["gradebook.csv", "changes.csv"])
def test_a_roster_that_stands_where_we_write_is_not_overwritten(tmp_path, capsys, name):
    write_document(tmp_path / "results.json", document(full("ada")))
    (tmp_path / name).write_text(CANVAS)
    assert main(["report", str(tmp_path), "--roster", str(tmp_path / name)]) == 2
    assert "would be overwritten" in capsys.readouterr().err
    assert (tmp_path / name).read_text() == CANVAS


def test_who_was_not_graded_whole_gets_no_mark(tmp_path):
    """After Ctrl-C points of some lessons are not the mark."""
    changes, lines = canvas(tmp_path, full("ada", unfinished=["03_threads"]), full("alan"))
    assert [student for student, _ in changes] == [104]
    assert "the run was interrupted before it graded 03_threads" in "\n".join(lines)
