"""Taking a class in: what is recognised, what is refused with a note, what stops the run."""

import stat
import zipfile

import pytest

from grader.classrun import intake, sources
from grader.errors import UserError


def student(folder, name):
    """Make a submission with one file."""
    lesson = folder / name / "01_echo"
    lesson.mkdir(parents=True)
    (lesson / "server.py").write_text("pass\n")


def zipped(path, names, text="pass\n"):
    """Make a zip with these names in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)


def taken(tmp_path, name):
    """Return the one submission of this name."""
    return next(one for one in intake.take_in(tmp_path, tmp_path / "_work") if one.id == name)


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


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["../../evil.py", "01_echo/server.py"], "outside its folder"),
        (["/etc/evil.py", "01_echo/server.py"], "outside its folder"),
        (["..\\evil.py"], "outside its folder"),
        (["C:/evil.py"], "outside its folder"),
        (["notes.txt"], "no lesson folder"),
    ],
)
def test_a_sly_zip_is_refused_with_a_note(tmp_path, names, says):
    zipped(tmp_path / "eve.zip", names)
    eve = taken(tmp_path, "eve")
    assert eve.folder is None
    assert says in eve.notes[0]
    assert not (tmp_path / "evil.py").exists()


def test_a_broken_zip_is_refused_with_a_note(tmp_path):
    (tmp_path / "carl.zip").write_bytes(b"PK not a zip")
    assert "cannot be read" in taken(tmp_path, "carl").notes[0]
    zipped(tmp_path / "cut.zip", ["01_echo/server.py"], "x" * 5000)
    whole = (tmp_path / "cut.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read" in taken(tmp_path, "cut").notes[0]


def test_a_zip_bomb_is_refused_before_it_is_unpacked_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_BYTES", 1_000_000)
    zipped(tmp_path / "bomb.zip", ["01_echo/server.py", "01_echo/more.py"], "x" * 900_000)
    assert "unpacks to more than" in taken(tmp_path, "bomb").notes[0]
    monkeypatch.setattr(sources, "MOST_FILES", 3)
    zipped(tmp_path / "many.zip", [f"01_echo/{number}.py" for number in range(9)])
    assert "more than 3 files" in taken(tmp_path, "many").notes[0]


def test_a_link_in_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        info = zipfile.ZipInfo("01_echo/server.py")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    assert "holds a link" in taken(tmp_path, "link").notes[0]


def test_what_is_no_class_is_said_in_one_line(tmp_path):
    with pytest.raises(UserError, match="is not a folder"):
        intake.take_in(tmp_path / "nowhere", tmp_path)
    with pytest.raises(UserError, match="holds no submissions"):
        intake.take_in(tmp_path, tmp_path)
    student(tmp_path, ".")
    with pytest.raises(UserError, match="is one submission, not a class"):
        intake.take_in(tmp_path, tmp_path)
