"""Submissions as they are handed in, for the tests of what takes them in."""

import io
import os
import shutil
import zipfile

import pytest

from grader.classrun import intake
from grader.course.catalogue import find_lesson

SERVER = "01_echo/server.py"
POSIX = pytest.mark.skipif(os.name != "posix", reason="needs links, pipes and modes")


def student(folder, name):
    """Make a submission with one file."""
    lesson = folder / name / "01_echo"
    lesson.mkdir(parents=True, exist_ok=True)
    (lesson / "server.py").write_text("pass\n")


def zipped(path, names, text="pass\n"):
    """Make a zip with these names in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)


def taken(tmp_path, name):
    """Return the one submission of this name."""
    return next(one for one in intake.take_in(tmp_path, tmp_path / "_work") if one.id == name)


def everything(folder):
    """Return all paths below a folder, with what they are and hold."""
    found = {}
    for path in folder.rglob("*"):
        plain = path.is_file() and not path.is_symlink()
        found[str(path)] = (path.lstat().st_mode, path.read_bytes() if plain else b"")
    return found


def beside(tmp_path, name="eve", *lessons):
    """Take in a class with a hostile submission and two good ones; return the hostile one."""
    student(tmp_path / "class", "ann")
    student(tmp_path / "class", "zoe")
    shutil.rmtree(tmp_path / "work", ignore_errors=True)
    before = everything(tmp_path)
    graded = [find_lesson(lesson) for lesson in lessons]
    found = intake.take_in(tmp_path / "class", tmp_path / "work", graded)
    work = str(tmp_path / "work")
    after = everything(tmp_path).items()
    assert {path: what for path, what in after if not path.startswith(work)} == before
    by_id = {one.id: one for one in found}
    for neighbour in ("ann", "zoe"):
        assert (by_id[neighbour].folder / "01_echo" / "server.py").read_text() == "pass\n"
        assert by_id[neighbour].notes == []
    assert len(found) == 3
    eve = by_id[name] if name else next(one for one in found if one.id not in ("ann", "zoe"))
    if eve.folder is not None:
        for path in eve.folder.rglob("*"):
            assert path.is_dir() or (path.is_file() and not path.is_symlink())
            assert path.lstat().st_nlink == 1 or path.is_dir()
    return eve


def eves(tmp_path, name="01_echo/server.py", data=b"pass\n"):
    """Write a file of eve's folder; return its path."""
    path = tmp_path / "class" / "eve" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def refused(one, says):
    """Assert that a submission was refused for that reason."""
    assert one.folder is None
    assert one.notes[0].startswith("not graded: ")
    assert says in one.notes[0]


def files(one):
    """Return the names that are graded."""
    paths = (path for path in one.folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(one.folder).as_posix() for path in paths)


def packed_bytes(contents, **more):
    """Return a zip's bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **more) as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return file.getvalue()


def evil_zip(tmp_path, data):
    """Hand in these bytes as eve's zip, beside others; return eve's submission."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "eve.zip").write_bytes(data)
    return beside(tmp_path)


def taken_in(path, tmp_path, *lessons):
    """Take the class in; return its submissions by id."""
    graded = [find_lesson(name) for name in lessons]
    return {one.id: one for one in intake.take_in(path, tmp_path / "work", graded)}


def source(one, name=SERVER):
    """Return what is graded under this name."""
    return (one.folder / name).read_text()
