"""A platform's own export comes back with marks in it, and with nothing else changed."""

import argparse
import subprocess
import sys

import pytest

from grader.course.catalogue import KIT
from grader.document import write_document
from grader.errors import UserError
from grader.handover.command_line import roster_of
from grader.handover.opening import open_roster
from grader.handover.titles import lesson_named
from grader.handover.writing import write_handover
from grader.results import FAILED, GRADER_ERROR, PASSED
from tests.hostile import FORMULA, document, full, submission
from tests.platforms import (
    canvas_changes,
)
from tests.rosters import BLACKBOARD, MOODLE, SLOW, THREADS, handed_over, two_lessons

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (700),Lesson 03 (48213),Lesson 10 (48299),Assignments Current Score,Final Grade
,,,,,Manual Posting,,,,
    Points Possible,,,,,10,20,20,(read only),(read only)
"Lovelace, Ada",101,S001,ada,CS1-A,9,,,90,A
"Hopper, Grace",102,S002,grace@example.org,CS1-A,8,12,,80,B
"O""Brien, =cmd|calc",103,S003,"ob;rien",CS1-B,,7.5,,70,C
"Turing, Alan",104,S004,alan,CS1-B,5,11,,50,D
"Ex, Cused",105,S005,cused,CS1-B,5,EX,,50,D
"Student, Test",106,,f00,CS1-B,,,,,
'''  # fmt: skip  # noqa: E501


CANVAS_STUDENTS = {101, 102, 103, 104, 105, 106}


CANVAS_MARKS = {
    (101, 700): "9.0", (102, 700): "8.0", (102, 48213): "12.0", (103, 48213): "7.5",
    (104, 700): "5.0", (104, 48213): "11.0", (105, 700): "5.0", (105, 48213): "EX",
}  # fmt: skip


def canvas(tmp_path, *submissions, text=CANVAS, **more):
    """Hand over to Canvas; return what its importer would change, and the report."""
    data, lines = handed_over(tmp_path, "grades.csv", text, *submissions, **more)
    return canvas_changes(data, CANVAS_STUDENTS, CANVAS_MARKS), lines


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
    changes, _ = canvas(tmp_path, full("repo-1", person={"lms": "github", "login": "ada"}))
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


def test_a_column_must_be_named_by_its_title_or_by_the_user(tmp_path):
    changes, _ = canvas(tmp_path, full("ada"), column="essay")
    assert changes == {(101, 700): ("9.0", "20")}
    changes, _ = canvas(tmp_path, full("ada"), column="Lesson 10 (48299)")
    assert list(changes) == [(101, 48299)]


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        (CANVAS.replace("Essay", "Lesson 3"), "",
         'more than one column fits; choose one with --column TITLE: "Lesson 3 (700)", "Lesson 03'),
        (CANVAS.replace("Lesson 03", "Lab"), "",
         'no column names the lesson or the course; choose one with --column TITLE: "Essay '),
        (CANVAS.replace(",10,20,20,", ",10,(read only),20,"), "",
         'no column names the lesson or the course; choose one with --column TITLE: "Essay '),
        (CANVAS, "Quiz", "no column is called so; choose one with --column TITLE: "),
        (CANVAS, "Final Grade", "no column is called so"),
        ("Name,Mark\nAda,3\n", "", "is none of the exports that are known: a Canvas gradebook"),
        ("", "", "is not a table"),
        (b"\xff\xfe\x00", "", "is not a text file"),
        (b"\x00\x01PK\x03\x04" * 9, "", 'save it as "CSV UTF-8"'),
        (CANVAS.encode("utf-16-le"), "", 'save it as "CSV UTF-8"'),
        (b"PK\x03\x04\x14\x00, [Content_Types].xml", "", "is a workbook of a spreadsheet"),
        (MOODLE.replace("Identifier", "ID").replace("Participant", "Teilnehmer/in"), "",
         "it looks like a Moodle worksheet in another language: set your language in Moodle to"),
        (MOODLE.replace("Last modified (grade)", "Changed"), "",
         'this Moodle worksheet has no column "Last modified (grade)"'),
        (BLACKBOARD.replace(" |", " "), "", "none of the exports that are known"),
    ],
)  # fmt: skip
def test_a_roster_that_cannot_be_used_gets_one_clear_line(tmp_path, text, column, says):
    with pytest.raises(UserError) as error:
        handed_over(tmp_path, "roster.csv", text, full("ada"), column=column)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert "roster.csv" in str(error.value)


def test_a_column_without_a_roster_is_a_mistake():
    options = argparse.Namespace(roster=None, column="Essay")
    with pytest.raises(UserError, match="give --roster FILE too"):
        roster_of(options, document().lessons)


def test_a_roster_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*nowhere\.csv"):
        open_roster(tmp_path / "nowhere.csv", document().lessons)


@pytest.mark.parametrize(
    ("name", "text", "column", "mark"),
    [
        ("g.csv", CANVAS, "Lesson 10", ((101, 48299), "13.5")),
        ("g.csv", CANVAS, "Lesson 03 (48213)", ((101, 48213), "18")),
        ("g.csv", CANVAS, "Essay", ((101, 700), "31.5")),
        ("g.csv", CANVAS.replace("Essay", "From Echo to Chat: total"), "", ((101, 700), "31.5")),
    ],
)
def test_of_several_lessons_a_column_takes_the_one_that_it_names(
    tmp_path, name, text, column, mark
):
    whole = two_lessons(full("ada", late={"percent": 10, "reason": "late"}))
    (tmp_path / name).write_text(text)
    write_handover(whole, tmp_path, open_roster(tmp_path / name, whole.lessons, column))
    changes = canvas_changes(
        (tmp_path / "g-marked.csv").read_bytes(), CANVAS_STUDENTS, CANVAS_MARKS
    )
    assert [(place, after) for place, (_, after) in changes.items()] == [mark]


def test_a_lesson_that_was_asked_for_is_marked_though_others_were_graded_earlier(tmp_path):
    whole = two_lessons(full("ada"), submission("alan"))
    (tmp_path / "g.csv").write_text(CANVAS)
    lines = write_handover(whole, tmp_path, open_roster(tmp_path / "g.csv", whole.lessons[:1]))
    changes = canvas_changes(
        (tmp_path / "g-marked.csv").read_bytes(), CANVAS_STUDENTS, CANVAS_MARKS
    )
    assert changes == {(101, 48213): ("", "20")}
    assert not any(line.startswith("warning") for line in lines)
    write_handover(whole, tmp_path, open_roster(tmp_path / "g.csv", whole.lessons[:1], "Essay"))
    data = (tmp_path / "g-marked.csv").read_bytes()
    changed = {(101, 700): ("9.0", "20")}
    assert canvas_changes(data, CANVAS_STUDENTS, CANVAS_MARKS) == changed


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Lesson 3", THREADS), ("LESSON 03: threads", THREADS), ("03_threads", THREADS),
        ("Threads", THREADS), ("Lesson 10", SLOW), ("Slow clients", SLOW), ("Slow", ""),
        ("Lesson 1", "01_echo"), ("Echo lab", "01_echo"), ("From Echo to Chat", ""),
        ("Lesson 30", ""), ("Lesson 13", ""), ("Threads and echo", ""), ("", ""),
    ],
)  # fmt: skip
def test_titles_name_lessons(title, named):
    assert lesson_named(title, ["01_echo", THREADS, SLOW]) == named


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


def test_a_column_of_other_points_is_filled_and_warned_about(tmp_path):
    _, lines = canvas(tmp_path, full("ada"), text=CANVAS.replace(",10,20,20,", ",10,100,20,"))
    assert lines[1].startswith("warning: the column is out of 100 points, the marks are out of 20")
