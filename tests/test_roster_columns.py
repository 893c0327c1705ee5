"""Which column of a roster is filled, and which rosters cannot be used."""

import argparse

import pytest

from grader.errors import UserError
from grader.handover.command_line import roster_of
from grader.handover.opening import open_roster
from grader.handover.titles import lesson_named
from grader.handover.writing import write_handover
from tests.hostile import document, full, submission
from tests.platforms import canvas_changes
from tests.rosters import (
    BLACKBOARD,
    CANVAS,
    CANVAS_MARKS,
    CANVAS_STUDENTS,
    MOODLE,
    SLOW,
    THREADS,
    canvas,
    handed_over,
    two_lessons,
)


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


def test_a_column_of_other_points_is_filled_and_warned_about(tmp_path):
    _, lines = canvas(tmp_path, full("ada"), text=CANVAS.replace(",10,20,20,", ",10,100,20,"))
    assert lines[1].startswith("warning: the column is out of 100 points, the marks are out of 20")


@pytest.mark.parametrize("preface", ["sep=,\r\n", "\n", " \nsep=,\n\n"])
def test_what_excel_puts_before_the_header_is_kept(tmp_path, preface):
    plain, lines = handed_over(tmp_path, "grades.csv", MOODLE, full("ada"))
    marked, again = handed_over(tmp_path, "grades.csv", preface + MOODLE, full("ada"))
    assert (marked, again) == (preface.encode() + plain, lines)
