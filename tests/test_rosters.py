"""A platform's own export comes back with marks in it, and with nothing else changed."""

import argparse
import io
import subprocess
import sys
import zipfile

import pytest

from grader.course.catalogue import KIT
from grader.document import write_document
from grader.errors import UserError
from grader.handover.command_line import roster_of
from grader.handover.opening import open_roster
from grader.handover.table import parse_table
from grader.handover.titles import lesson_named
from grader.handover.writing import write_handover
from grader.report.pages import write_reports
from grader.results import FAILED, GRADED, GRADER_ERROR, PASSED, LessonResult
from tests.hostile import FORMULA, document, full, submission
from tests.platforms import (
    blackboard_marks,
    canvas_changes,
    moodle_changes,
    moodle_feedback,
)

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
MOODLE = '''\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 4711","Ada Lovelace",ada@example.org,"Submitted for grading",,20.00,Yes,"Friday, 20 November 2026, 7:00 PM",-,
"Participant 4712","Under_Score Name",under@example.org,"Submitted for grading",3.00,20.00,Yes,-,-,"Come and see me, please"
"Participant 4713","Locked Person",locked@example.org,"Submitted for grading",5.00,20.00,No,-,-,
"Participant 4714","No Body",nobody@example.org,"No submission",,20.00,Yes,-,-,
'''  # fmt: skip  # noqa: E501
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t'
    '"Lesson 3 [Total Pts: 20 Score] |123456"\t"Lesson 4 [Total Pts: 20 Score] |123457"\t'
    '"Weighted Total [Total Pts: up to 100 Percentage] |99"\r\n'
    '"L\u00f6velace"\t"Ada"\t"alove"\t"007"\t"2026-11-20 10:00:00"\t"Yes"\t""\t"3"\t"1"\r\n'
    '"Hopper"\t"Grace"\t"ghopper"\t"008"\t""\t"Yes"\t"12"\t""\t"2"'
)


THREADS, SLOW = "03_threads", "10_slow_clients"


def handed_over(tmp_path, name, data, *submissions, column=""):
    """Grade nothing: hand these submissions over; return the marked file and the report's lines."""
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    whole = document(*submissions)
    out = tmp_path / "out"
    out.mkdir(exist_ok=True)
    write_reports(whole, out)
    lines = write_handover(whole, out, open_roster(path, whole.lessons, column))
    marked = out / f"{path.stem}-marked{path.suffix}"
    assert (out / "roster-report.txt").read_text().splitlines() == lines
    return marked.read_bytes(), lines


def differing(before, after):
    """Return the places of cells that differ, by line, of two files with the same lines."""
    pairs = zip(parse_table(before).lines, parse_table(after).lines, strict=True)
    found = {}
    for row, (old, new) in enumerate(pairs):
        assert old.end == new.end
        places = [n for n, (a, b) in enumerate(zip(old.cells, new.cells, strict=True)) if a != b]
        if places:
            found[row] = places
    return found


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
    assert "matches no student: Ada Lovelace" in lines


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
        (b"\x00\x01PK\x03\x04" * 9, "", "is not a table"),
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


def two_lessons(*submissions):
    """Return a document of lessons 3 and 10, in which everybody has half the marks of 10."""
    whole = document(*submissions)
    whole.lessons.append({"id": SLOW, "title": "Slow", "points": 30, "tasks": []})
    for one in whole.submissions:
        one.lessons.append(LessonResult(SLOW, "Slow", GRADED, 15, 30))
    return whole


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
    ("name", "mark"), [("Grades-CS1-Lesson 10-77.csv", 15), ("Grades-CS1-Homework-77.csv", 35)]
)
def test_moodles_file_name_says_which_lesson_it_is(tmp_path, name, mark):
    whole = two_lessons(full("ada@example.org"))
    (tmp_path / name).write_text(MOODLE)
    write_handover(whole, tmp_path, open_roster(tmp_path / name, whole.lessons))
    data = next(tmp_path.glob("*-marked.csv")).read_bytes()
    assert moodle_changes(data, {"4711"}, 99)["4711"][0] == mark


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


def test_moodle_takes_marks_and_comments_and_nothing_else(tmp_path):
    data, lines = handed_over(
        tmp_path, "Grades-CS1.csv", MOODLE,
        full("Ada Lovelace_4711", person={"lms": "moodle", "participant": "4711"}),
        submission("under@example.org", PASSED, FAILED),
        full("locked@example.org"),
    )  # fmt: skip
    assert moodle_changes(data, {"4711", "4712", "4713", "4714"}, 20, {"4712": 3, "4713": 5}) == {
        "4711": (20, "20/20 points: 03_threads 20/20"),
        "4712": (5, "Come and see me, please"),
    }
    assert differing(MOODLE.encode(), data) == {1: [4, 9], 2: [4]}
    assert any(line.startswith("left as it is: Locked Person (4713)") for line in lines)


def test_a_regrade_replaces_the_comment_that_it_wrote(tmp_path):
    person = {"lms": "moodle", "participant": "4711"}
    data, _ = handed_over(tmp_path, "a.csv", MOODLE, submission("x", FAILED, person=person))
    again, _ = handed_over(tmp_path, "b.csv", data, full("x", person=person))
    assert b"20/20 points" in again
    assert b"0/20 points" not in again.replace(b"20/20 points", b"")


def test_moodle_takes_the_feedback_of_everybody_whatever_their_names(tmp_path):
    names = {
        **{"4711": "Ada Lovelace", "4712": "Under_Score_99_x Name", "4713": "../../etc"},
        **{"4714": ".hid/den\n", "4715": "", "4716": "\u00c5sa \u010capek", "4717": "~x"},
    }
    people = [
        full(f"s{number}", person={"lms": "moodle", "participant": number, "name": name})
        for number, name in names.items()
    ]
    whole = document(*people, full("from elsewhere"))
    write_reports(whole, tmp_path)
    write_handover(whole, tmp_path)
    with zipfile.ZipFile(tmp_path / "moodle-feedback.zip") as archive:
        assert all(".." not in name.split("/") for name in archive.namelist())
        assert all(len(name.split("/")) == 2 for name in archive.namelist())
        assert all(name[0] not in ". " for name in archive.namelist())
        found = moodle_feedback(archive, set(names))
    assert set(found) == set(names)
    for number in names:
        page = (tmp_path / "feedback" / f"s{number}.html").read_bytes()
        assert found[number] == {"feedback.html": page}


def test_a_moodle_roster_says_whose_feedback_it_is(tmp_path):
    handed_over(tmp_path, "m.csv", MOODLE, full("under@example.org"))
    archive = zipfile.ZipFile(io.BytesIO((tmp_path / "out" / "moodle-feedback.zip").read_bytes()))
    assert archive.namelist() == ["Under Score Name_4712_assignfeedback_file/feedback.html"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8", "utf-16-be"])
def test_blackboard_gets_its_file_back_as_it_was(tmp_path, encoding):
    before = BLACKBOARD.encode(encoding)
    if encoding == "utf-16-be":
        before = b"\xfe\xff" + before
    data, _ = handed_over(
        tmp_path, "gc_1.xls", before, full("ALOVE"), submission("L\u00f6velace, Ada2")
    )
    assert differing(before, data) == {1: [6]}
    if "16" in encoding:
        marks = blackboard_marks(data)
        assert marks["alove", "123456"] == "20"
        assert marks["ghopper", "123456"] == "12"
    assert data[:2] == before[:2]


def test_an_old_spreadsheets_encoding_survives_too(tmp_path):
    before = BLACKBOARD.replace("\t", ",").encode("latin-1")
    data, _ = handed_over(tmp_path, "gc.csv", before, full("ghopper"))
    assert data == before.replace(b'"12"', b'"20"')


def test_letters_with_accents_match_however_they_are_written(tmp_path):
    before = BLACKBOARD.encode("utf-16")
    data, _ = handed_over(tmp_path, "gc.xls", before, full("Ada Lo\u0308velace"))
    assert blackboard_marks(data)["alove", "123456"] == "20"


@pytest.mark.parametrize("text", [
    "a,b\n1,2\n", "a,b", "a,b\r\n\r\n", '"a\nb",c\n"d""e",\n', "a;b\n1;\n", "a\tb\r1\t2\r",
    'a,"b\n', "a,b\n1\n1,2,3\n", " a , b \n", 'x"y,z\n', "\ufeffa,b\n",
])  # fmt: skip
def test_a_table_that_nobody_fills_in_is_the_same_bytes(text):
    for encoding in ("utf-8", "utf-16"):
        data = text.encode(encoding)
        table = parse_table(data)
        assert table.to_bytes(range(len(table.lines))) == data
