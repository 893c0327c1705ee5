"""The results as a document: what they depend on, that they are on the disk, and read again."""

import json
import os
import stat

import pytest

from grader import document
from grader.document import Document, read_document, write_document
from grader.errors import UserError
from grader.results import PASSED
from grader.wire import hardships
from tests.made_up import ONE, a_document, a_submission, lesson_result


def test_marks_depend_on_all_of_the_harness_also_on_what_programs_import(monkeypatch):
    counted = set()
    monkeypatch.setattr(document, "_add", lambda digest, files: counted.update(files))
    document._harness_hash.__wrapped__()
    for one in (hardships.SHORT_SENDS, hardships.RESTLESS_THREADS):
        assert hardships.HERE / one.file in counted


def test_results_are_on_the_disk_first_and_then_their_name(tmp_path, monkeypatch):
    done = []

    def fsync(number):
        done.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", fsync)
    rename = os.replace
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("rename"), rename(*names)))
    write_document(tmp_path / "results.json", Document("", "limited", 1.0, [], []))
    assert done == ["file", "rename"] + ["folder"] * (os.name == "posix")
    assert (tmp_path / "results.json").is_file()


def test_alike_is_in_the_results_only_where_it_was_looked_for(tmp_path):
    path = tmp_path / "results.json"
    write_document(path, a_document())
    assert '"alike"' not in path.read_text()
    assert read_document(path).alike == []
    pair = {"a": "x", "b": "y", "lesson": "01_echo", "share": 0.95}
    write_document(path, a_document(alike=[pair]))
    assert read_document(path).alike == [pair]


def taken_apart(change):
    """Return a whole results.json, as values, with one change."""
    row = a_document(a_submission("a", lesson_result(ONE, [PASSED] * 4))).to_json()
    row = json.loads(json.dumps(row))
    change(row, row["submissions"][0], row["submissions"][0]["lessons"][0])
    return row


@pytest.mark.parametrize(
    "change",
    [
        lambda row, one, lesson: row.update(lessons=5),
        lambda row, one, lesson: row.update(lessons=[{"id": "01_echo"}]),
        lambda row, one, lesson: row.update(seconds="long"),
        lambda row, one, lesson: row.update(alike=[1]),
        lambda row, one, lesson: row["kit"].update(suite=5),
        lambda row, one, lesson: one.update(id=7),
        lambda row, one, lesson: one.update(person=[]),
        lambda row, one, lesson: one.update(late={"percent": 10}),
        lambda row, one, lesson: one.update(late={"01_echo": {"percent": "half"}}),
        lambda row, one, lesson: one.update(late={"01_echo": {"percent": "10"}}),
        lambda row, one, lesson: one.update(notes=[1]),
        lambda row, one, lesson: one.update(person={"name": 5}),
        lambda row, one, lesson: one.pop("notes"),
        lambda row, one, lesson: lesson.update(points="all"),
        lambda row, one, lesson: lesson.update(tasks=[[]]),
        lambda row, one, lesson: lesson["tasks"][0].update(state="odd"),
        lambda row, one, lesson: lesson["tasks"][0].update(tail=[5]),
        lambda row, one, lesson: lesson["tasks"][0].update(transcript=["alice"]),
        lambda row, one, lesson: lesson["tasks"][0].update(transcript=[["x"]]),
        lambda row, one, lesson: lesson["tasks"][0].update(transcript=[[0, "a", "b", "5"]]),
        lambda row, one, lesson: row.update(compared={"01_echo": 5}),
        lambda row, one, lesson: row.update(compared=[1]),
    ],
)
def test_results_that_somebody_has_changed_are_refused_in_one_line(change, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(taken_apart(lambda *whole: None)))
    read_document(path)
    path.write_text(json.dumps(taken_apart(change)))
    with pytest.raises(UserError, match=r"is not a results\.json of this kit"):
        read_document(path)


def test_results_too_deep_to_be_read_are_refused_in_one_line(tmp_path):
    (tmp_path / "results.json").write_text("[" * 100_000)
    with pytest.raises(UserError, match=r"is not a results\.json of this kit"):
        read_document(tmp_path / "results.json")
