"""The results as a document: what they depend on, and that they are on the disk."""

import os
import stat

from grader import document
from grader.document import Document, write_document
from grader.wire import hardships


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
