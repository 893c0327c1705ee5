"""Taking a class in: what is recognised, what is refused with a note, what stops the run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classrun import cleancopy, intake
from grader.classrun.names import LONGEST_ID, readable, unique
from grader.course.catalogue import KIT, SOLUTION, find_lesson
from grader.document import read_document
from grader.errors import UserError
from tests.handed_in import POSIX, beside, eves, files, refused, student, taken, zipped


def test_folders_and_zips_are_taken_wrapped_or_not(tmp_path):
    student(tmp_path, "ann")
    student(tmp_path / "bob", "wrapping")
    zipped(tmp_path / "carol.zip", ["01_echo/server.py"])
    zipped(tmp_path / "dave.zip", ["dave-main/kit/01_echo/server.py", "__MACOSX/x"])
    (tmp_path / "README.md").write_text("not a submission")
    found = intake.take_in(tmp_path, tmp_path / "_work")
    assert [one.id for one in found] == ["ann", "bob", "carol", "dave"]
    assert all((one.folder / "01_echo" / "server.py").is_file() for one in found)
    assert all(one.notes == [] for one in found)


def test_files_that_are_nobodys_are_told_of(tmp_path):
    student(tmp_path, "ann")
    for name in ("dave.py", "eve.docx", "README.md", ".hidden"):
        (tmp_path / name).write_text("")
    told = []
    intake.take_in(tmp_path, tmp_path / "_work", tell=told.append)
    assert told == ["Passed over, since each is neither a folder nor a zip: 'dave.py', 'eve.docx'"]


@POSIX
def test_a_class_folder_that_cannot_be_read_is_said_in_one_line(tmp_path, monkeypatch):
    def locked(self):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "class").mkdir()
    monkeypatch.setattr(Path, "iterdir", locked)
    with pytest.raises(UserError, match=r"cannot read .*class: Permission denied"):
        intake.take_in(tmp_path / "class", tmp_path / "work")


def test_what_is_no_class_is_said_in_one_line(tmp_path):
    with pytest.raises(UserError, match="is not there"):
        intake.take_in(tmp_path / "nowhere", tmp_path)
    with pytest.raises(UserError, match="holds no submissions"):
        intake.take_in(tmp_path, tmp_path)
    student(tmp_path, ".")
    with pytest.raises(UserError, match="is one submission, not a class"):
        intake.take_in(tmp_path, tmp_path)


def test_a_full_disk_is_not_the_students_fault(tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    student(tmp_path, "ann")
    monkeypatch.setattr(cleancopy.Path, "write_bytes", full)
    with pytest.raises(UserError, match="No space left on device; set TMPDIR"):
        intake.take_in(tmp_path, tmp_path / "_work")


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz", ".rar", ".7z"])
def test_other_archives_get_a_note_that_says_what_to_hand_in(tmp_path, suffix):
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / f"eve{suffix}").write_bytes(b"whatever")
    eve = beside(tmp_path)
    refused(eve, "cannot be opened here; hand in a .zip of your lesson folders, such as 01_echo")


@pytest.mark.parametrize(
    "name", ["01", "1", "lesson01", "Lesson 1", "lesson-1", "01_Echo", "01_ehco"]
)
def test_a_lesson_folder_of_another_name_counts_if_it_can_be_no_other(tmp_path, name):
    eves(tmp_path, f"{name}/server.py")
    eve = beside(tmp_path)
    assert files(eve) == ["01_echo/server.py"]
    assert eve.notes == [f"graded as 01_echo: the folder {name!r}; call it 01_echo"]


def test_a_lesson_folder_that_could_be_two_is_not_guessed(tmp_path):
    eves(tmp_path, "1/server.py", b"one")
    eves(tmp_path, "lesson01/server.py", b"other")
    refused(beside(tmp_path), "no lesson folder")
    assert "could each be 01_echo" in " ".join(taken(tmp_path / "class", "eve").notes)
    eves(tmp_path, "01_echo/server.py", b"this")
    eve = taken(tmp_path / "class", "eve")
    assert (eve.folder / "01_echo/server.py").read_text() == "this"
    assert eve.notes == ["01_echo is graded; passed over: '1', 'lesson01'"]


@pytest.mark.parametrize("where", ["", "deeper/down/"])
def test_files_at_the_root_count_as_the_one_lesson_that_is_graded(tmp_path, where):
    eves(tmp_path, f"{where}server.py")
    refused(beside(tmp_path), "no lesson folder")
    shutil.rmtree(tmp_path / "work")
    found = intake.take_in(tmp_path / "class", tmp_path / "work", [find_lesson("4")])
    eve = next(one for one in found if one.id == "eve")
    assert files(eve) == ["04_broadcast/server.py"]
    assert eve.notes == ["graded as 04_broadcast: the files that are in no lesson folder"]


def test_of_a_folder_and_a_zip_of_one_name_the_newer_counts_and_the_other_is_named(tmp_path):
    student(tmp_path, "ann")
    zipped(tmp_path / "ann.zip", ["01_echo/server.py"], "zip\n")
    for newer, other, says in (("ann", "ann.zip", "pass"), ("ann.zip", "ann", "zip")):
        os.utime(tmp_path / newer, (2e9, 2e9))
        os.utime(tmp_path / other, (1e9, 1e9))
        ann = taken(tmp_path, "ann")
        assert (ann.folder / "01_echo/server.py").read_text().strip() == says
        assert ann.notes == [f"passed over {other!r}: {newer!r} is newer"]
        shutil.rmtree(tmp_path / "_work")


def test_what_is_graded_does_not_change_any_more(tmp_path):
    path = eves(tmp_path)
    eve = beside(tmp_path)
    path.write_text("changed")
    assert (eve.folder / "01_echo/server.py").read_text() == "pass\n"


HOSTILE = [
    "ann", "Ann", "ANN", "a\u0301nn", "\u00e1nn", "a\u200bnn", "\uff41nn", "con", "NUL.x", "ann ",
    "-rf", "=1+1", "a\x1b[2J", "a\n", "n" * 250, "n" * 249 + "m", "\u202egnp", "a\udcff",
]  # fmt: skip


@POSIX
def test_hostile_and_colliding_names_lose_nobody_and_mix_nobody(tmp_path):
    for number, name in enumerate(HOSTILE):
        folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/class/" + os.fsencode(name)))
        (folder / "01_echo").mkdir(parents=True)
        (folder / "01_echo" / "server.py").write_text(str(number))
    found = intake.take_in(tmp_path / "class", tmp_path / "work")
    texts = [(one.folder / "01_echo" / "server.py").read_text() for one in found]
    assert sorted(texts, key=int) == [str(number) for number in range(len(HOSTILE))]
    assert len({one.id.casefold() for one in found}) == len(HOSTILE)
    assert all(one.id.isprintable() and len(one.id) <= LONGEST_ID for one in found)
    again = intake.take_in(tmp_path / "class", tmp_path / "again")
    assert [one.id for one in again] == [one.id for one in found]


@given(st.lists(st.text(max_size=100), unique=True, max_size=20))
def test_ids_are_unique_printable_and_short_whatever_the_names(names):
    ids = unique([(readable(name), name) for name in names])
    assert len({one.casefold() for one in ids}) == len(names)
    assert all(one.isprintable() and len(one) <= LONGEST_ID for one in ids)
    for one, name in zip(ids, names):
        assert one == name or one[:-9] in (readable(name), readable(name)[:-9]) or name not in ids


def test_a_hostile_class_is_graded_to_its_end(tmp_path):
    shutil.copytree(SOLUTION / "01_echo", tmp_path / "class" / "good" / "01_echo")
    zipped(tmp_path / "class" / "slip.zip", ["01_echo/server.py", "../../evil.py"])
    zipped(tmp_path / "class" / "empty.zip", [])
    (tmp_path / "class" / "x.rar").write_bytes(b"Rar!")
    (tmp_path / "class" / "nothing").mkdir()
    if os.name == "posix":
        os.mkfifo(tmp_path / "class" / "pipe.zip")
        (tmp_path / "class" / "link").symlink_to("/")
    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", str(tmp_path / "class"), "--lesson", "1",
         "--out", str(tmp_path / "out"), "--plain"],
        cwd=KIT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = read_document(tmp_path / "out" / "results.json").submissions
    assert {one.id: one.points for one in found if one.points} == {"good": 20}
    assert all(one.notes[0].startswith("not graded: ") for one in found if one.id != "good")
    assert not list(tmp_path.rglob("evil.py"))
