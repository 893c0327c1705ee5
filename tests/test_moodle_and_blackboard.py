"""The exports of Moodle and Blackboard come back with marks in them, and nothing else changed."""

import io
import zipfile

import pytest

from grader.handover.opening import open_roster
from grader.handover.table import parse_table
from grader.handover.writing import write_handover
from grader.report.pages import write_reports
from grader.results import FAILED, PASSED
from tests.hostile import document, full, submission
from tests.platforms import (
    blackboard_marks,
    moodle_changes,
    moodle_feedback,
)
from tests.rosters import BLACKBOARD, MOODLE, handed_over, two_lessons


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


@pytest.mark.parametrize(
    ("name", "mark"), [("Grades-CS1-Lesson 10-77.csv", 15), ("Grades-CS1-Homework-77.csv", 35)]
)
def test_moodles_file_name_says_which_lesson_it_is(tmp_path, name, mark):
    whole = two_lessons(full("ada@example.org"))
    (tmp_path / name).write_text(MOODLE)
    write_handover(whole, tmp_path, open_roster(tmp_path / name, whole.lessons))
    data = next(tmp_path.glob("*-marked.csv")).read_bytes()
    assert moodle_changes(data, {"4711"}, 99)["4711"][0] == mark


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


def test_a_letter_that_the_file_cannot_hold_is_a_question_mark_and_no_error():
    """A comment may have the reason of a waiver in it, whatever that says."""
    data = "Identifier,Name,Grade\nParticipant 1,J\u00fcrgen,\n".encode("latin-1")
    table = parse_table(data)
    table.fill(1, 2, "\u010deka, J\u00fcrgen")
    filled = b'Participant 1,J\xfcrgen,"?eka, J\xfcrgen"\n'
    assert table.to_bytes([0, 1]) == data.splitlines(keepends=True)[0] + filled
