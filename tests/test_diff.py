"""`diff` reads the files of the lessons, which a student may be writing just then."""

import shutil

import pytest

from grader import cli
from grader.commands import diff
from grader.course.catalogue import LESSONS
from grader.course.lesson import load_lesson


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"def main(:\n", "server.py, line 1: invalid syntax; mend that first"),
        (b"# \xe4\n", "server.py is not a text in UTF-8; save it as one"),
        (b"a = 1\0\n", "server.py"),  # what is said of it depends on the version of Python
        (None, "server.py is not there"),
    ],
)
def test_a_file_that_cannot_be_compared_is_named_in_one_line(
    tmp_path, monkeypatch, capsys, source, says
):
    folder = tmp_path / "04_broadcast"
    shutil.copytree(LESSONS / folder.name, folder)
    (folder / "server.py").unlink()
    if source is not None:
        (folder / "server.py").write_bytes(source)
    monkeypatch.setattr(diff, "find_lesson", lambda name: load_lesson(folder))
    assert cli.main(["diff", "4"]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
