"""What a failure is called: a name where one fits, a doubt where an earlier one may be it."""

import subprocess
import sys

import pytest

from grader.course.catalogue import find_lesson
from grader.document import Document
from grader.judging.records import Record
from grader.judging.score import lesson_result
from grader.report.failure import failure_text
from grader.report.mistakes import shared_mistakes
from grader.results import CRASHED, FAILED, PASSED, LessonResult, SubmissionResult

HALF = {"state": FAILED, "kind": "different", "got": "b'this was the first half'"}
MIXED = {"state": FAILED, "kind": "different", "got": "b'xyxy'"}
SPOILT = {"state": FAILED, "kind": "traceback", "tail": ["RuntimeError: Set changed size"]}
NO_NAME = {"state": CRASHED, "kind": "crash"}


def judged(**failures: dict) -> LessonResult:
    """Return lesson 4 with these failures, t4 for task 4.4; all other tasks passed."""
    lesson = find_lesson("4")
    ids = [task.id for task in lesson.tasks]
    how = {f"4.{name[1:]}": failure for name, failure in failures.items()}
    records = {one: Record(one, **how.get(one, {"state": PASSED})) for one in ids}
    return lesson_result(lesson, records, ids, 1)


def guesses(result: LessonResult) -> list[tuple[str, str]]:
    """Return the names of the failed tasks' mistakes, and what is to be mended first."""
    return [(task.likely, task.mend_first) for task in result.failed]


def test_the_first_name_is_believed_and_another_one_behind_it_is_doubted():
    result = judged(t4=HALF, t5=MIXED, t9=NO_NAME)
    assert guesses(result) == [("M4.13", ""), ("M4.14", "4.4"), ("", "4.4")]
    first, second, third = (failure_text("04_broadcast", task) for task in result.failed)
    assert " Likely    Half a line" in first and "Perhaps" not in first
    assert " Perhaps   Two threads" in second and "Likely" not in second
    assert "Or it goes with 4.4: mend" in " ".join(second.split())
    assert " Perhaps   it goes with 4.4: mend that first.\n" in third


def test_the_same_name_again_is_believed():
    assert guesses(judged(t6=SPOILT, t8=SPOILT)) == [("M4.39", ""), ("M4.39", "")]


def test_nothing_is_said_where_nothing_fits_and_nothing_had_a_name():
    result = judged(t2=NO_NAME, t4=HALF)
    assert guesses(result) == [("", ""), ("M4.13", "")]
    assert "Perhaps" not in failure_text("04_broadcast", result.failed[0])


def test_a_doubted_name_is_no_mistake_of_many():
    many = [SubmissionResult(name, "0" * 64, [judged(t4=HALF, t5=MIXED)]) for name in "ab"]
    found = shared_mistakes(Document("0" * 64, "isolated", 1.0, [], many))
    assert [one.id for one in found] == ["M4.13"]


def guess_in_lesson_10(scene: str, **failure: str) -> str:
    """Return the mistake that is named when 10.14 fails so in a scene of this task."""
    record = Record("10.14", FAILED, kind="different", scene=scene, **failure)
    return lesson_result(find_lesson("10"), {"10.14": record}, ["10.14"], 1).tasks[0].likely


def test_what_an_earlier_lesson_asked_is_known_by_its_mistakes():
    sorted_wrongly = {
        "expected": "'* here: -y, 0range, alice, bob, Boz, x_, Zoe'",
        "got": "b'* here: -y, 0range, Boz, Zoe, alice, bob, x_'",
    }
    assert guess_in_lesson_10("7.2", **sorted_wrongly) == "M7.3"
    assert guess_in_lesson_10("", **sorted_wrongly) == ""
    assert guess_in_lesson_10("12.1", **sorted_wrongly) == ""


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import no_such_package", "M0.1"),
        ("from no_such_package.part import anything", "M0.1"),
        ("from socket import no_such_thing", ""),
        ("print(", "M0.2"),
        ("print('", "M0.2"),
        ("if True:\nprint()", "M0.2"),
        ("import socket; socket.socket().send('text')", "M0.3"),
        ("b'bytes' + 'text'", "M0.3"),
        ("'text' + b'bytes'", "M0.3"),
        ("b'bytes'.split('\\n')", "M0.3"),
        ("'text'.split(b'\\n')", "M0.3"),
        ("b'bytes'.startswith('text')", "M0.3"),
        ("'text'.startswith(b'bytes')", "M0.3"),
        ("'text' in b'bytes'", "M0.3"),
        ("b'bytes' in 'text'", "M0.3"),
        ("''.join([b'bytes'])", "M0.3"),
        ("b''.join(['text'])", "M0.3"),
        ("b'bytes'.encode()", "M0.3"),
        ("'text'.decode()", "M0.3"),
        ("import sys; sys.stdout.write(b'bytes')", "M0.3"),
        ("import sys; sys.stdout.buffer.write('text')", "M0.3"),
        ("'text' + 5", ""),
        ("len(5)", ""),
    ],
)
def test_what_python_itself_has_named_is_known_in_every_lesson(source: str, name: str):
    ended = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    crash = {**NO_NAME, "tail": ended.stderr.splitlines()}
    assert crash["tail"]
    assert guesses(judged(t2=crash)) == [(name, "")]
