"""The results as a document: what they depend on, and that they are on the disk."""

import os

from grader import document
from grader.document import Document, write_document
from grader.wire import hardships


def test_marks_depend_on_all_of_the_harness_also_on_what_programs_import(monkeypatch):
    counted = set()
    monkeypatch.setattr(document, "_add", lambda digest, files: counted.update(files))
    document._harness_hash.__wrapped__()
    for one in (hardships.SHORT_SENDS, hardships.RESTLESS_THREADS):
        assert hardships.HERE / one.file in counted


def test_results_are_on_the_disk_before_they_have_their_name(tmp_path, monkeypatch):
    done = []
    monkeypatch.setattr(os, "fsync", lambda number: done.append("fsync"))
    rename = os.replace
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("rename"), rename(*names)))
    write_document(tmp_path / "results.json", Document("", "limited", 1.0, [], []))
    assert done == ["fsync", "rename"]
    assert (tmp_path / "results.json").is_file()
