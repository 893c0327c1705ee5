"""Rosters as the platforms export them, and what comes back, for the tests of the hand-over."""

from grader.handover.opening import open_roster
from grader.handover.writing import write_handover
from grader.report.pages import write_reports
from grader.results import GRADED, LessonResult
from tests.hostile import LESSON, document
from tests.platforms import canvas_changes

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


def two_lessons(*submissions):
    """Return a document of lessons 3 and 10, in which everybody has half the marks of 10."""
    whole = document(*submissions)
    whole.lessons.append({"id": SLOW, "title": "Slow", "points": 30, "tasks": []})
    for one in whole.submissions:
        one.lessons.append(LessonResult(SLOW, "Slow", GRADED, 15, 30))
        if LESSON in one.late:
            one.late[SLOW] = one.late[LESSON]
    return whole


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
