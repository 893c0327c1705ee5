"""A class of twenty goes from the hand-out to the regrade, and everybody's marks are right."""

import json

import pytest

from tests.class_round import (
    BROKEN,
    FIRST_ID,
    FIRST_PARTICIPANT,
    NOTHING,
    ONE_LINE,
    RIGHT,
    STARTER,
    STUDENTS,
    TUTORIAL,
    Round,
)
from tests.classes import graded_lines
from tests.platforms import canvas_changes, moodle_changes

FIRST = {RIGHT: 20, STARTER: 0, TUTORIAL: 3, ONE_LINE: 10, BROKEN: 0}
AFTERWARDS = {RIGHT: 20, STARTER: 0, TUTORIAL: 2, ONE_LINE: 9, BROKEN: 0}
COLUMN = 48212


@pytest.fixture(scope="module")
def a_class(tmp_path_factory):
    """The class on the day on which its submissions are in."""
    one = Round(tmp_path_factory.mktemp("school") / "term")
    one.hands_out()
    one.hand_in()
    one.exports_from_the_platforms()
    return one


def canvas_marks(a_class):
    """Return what Canvas would enter, by student number."""
    students = {FIRST_ID + one.number for one in STUDENTS}
    data = (a_class.out / "canvas-marked.csv").read_bytes()
    found = canvas_changes(data, students, {})
    assert {column for _, column in found} == {COLUMN}
    return {user - FIRST_ID: float(after) for (user, _), (_, after) in found.items()}


def moodle_marks(a_class):
    """Return what Moodle would enter, by student number, and the comments."""
    numbers = {str(FIRST_PARTICIPANT + one.number) for one in STUDENTS}
    found = moodle_changes((a_class.out / "moodle-marked.csv").read_bytes(), numbers, 20)
    return {int(number) - FIRST_PARTICIPANT: mark for number, mark in found.items()}


def marks(points):
    """Return the mark of each student who handed something in."""
    return {one.number: points[one.what] for one in STUDENTS if one.what != NOTHING}


def test_a_class_from_the_hand_out_to_the_regrade(a_class):
    said = a_class.grades()
    assert len(graded_lines(said)) == len(FIRST), "who hands in the same is graded once"
    assert canvas_marks(a_class) == marks(FIRST)
    assert "nothing was handed in" in (a_class.out / "roster-report.txt").read_text("utf-8")

    a_class.hands_back_to_moodle()
    handed_back = moodle_marks(a_class)
    assert {number: grade for number, (grade, _) in handed_back.items()} == marks(FIRST)
    tutorial = next(one.number for one in STUDENTS if one.what == TUTORIAL)
    assert "3/20" in handed_back[tutorial][1]

    assert not (a_class.out / "changes.csv").exists()
    a_class.changes_the_suite()
    a_class.grades()
    assert canvas_marks(a_class) == marks(AFTERWARDS)
    assert a_class.changes() == [
        (one.login, "02_lines", str(FIRST[one.what]), str(AFTERWARDS[one.what]), "suite changed")
        for one in STUDENTS
        if one.what != NOTHING
    ]
    document = json.loads((a_class.out / "results.json").read_text("utf-8"))
    assert len(document["submissions"]) == len(STUDENTS)
    for one in STUDENTS:
        assert (a_class.out / "feedback" / f"{one.login}.html").is_file()
