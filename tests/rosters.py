"""Rosters as the platforms export them, and what comes back, for the tests of the hand-over."""

from grader.handover.opening import open_roster
from grader.handover.writing import write_handover
from grader.report.pages import write_reports
from grader.results import GRADED, LessonResult
from tests.hostile import document

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
    return whole
