"""Folders that are handed in: what is refused, or left out with a note; the rest is graded."""

import os
import shutil
import socket
import stat
import sys
from pathlib import Path

import pytest

from grader.classrun import intake, sources
from grader.classrun.members import read_plain
from tests.handed_in import POSIX, beside, eves, files, packed_bytes, refused, student, zipped


@POSIX
@pytest.mark.parametrize("target", ["/etc/passwd", "../../ann/01_echo/server.py", "server.py", "x"])
def test_a_link_in_a_folder_is_refused(tmp_path, target):
    eves(tmp_path).with_name("more.py").symlink_to(target)
    refused(beside(tmp_path), "it holds a link: '01_echo/more.py'")


@POSIX
def test_a_link_to_a_lesson_or_to_a_whole_submission_is_refused(tmp_path):
    (tmp_path / "class" / "eve").mkdir(parents=True)
    (tmp_path / "class" / "eve" / "01_echo").symlink_to("../ann/01_echo")
    refused(beside(tmp_path), "it holds a link: '01_echo'")
    shutil.rmtree(tmp_path / "class")
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "eve").symlink_to("ann")
    refused(beside(tmp_path), "it is a link")
    shutil.rmtree(tmp_path / "class")
    zipped(tmp_path / "outside.zip", ["01_echo/server.py"])
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "eve.zip").symlink_to(tmp_path / "outside.zip")
    refused(beside(tmp_path), "it is a link")


@POSIX
def test_a_hard_link_to_a_file_outside_is_refused_but_not_one_inside(tmp_path):
    (tmp_path / "secret").write_text("the suite")
    os.link(tmp_path / "secret", eves(tmp_path).with_name("more.py"))
    refused(beside(tmp_path), "a hard link to a file outside: '01_echo/more.py'")
    (tmp_path / "class" / "eve" / "01_echo" / "more.py").unlink()
    server = tmp_path / "class" / "eve" / "01_echo" / "server.py"
    os.link(server, server.with_name("same.py"))
    assert files(beside(tmp_path)) == ["01_echo/same.py", "01_echo/server.py"]


@POSIX
@pytest.mark.parametrize("name", ["eve/01_echo/pipe.py", "eve.zip", "eve"])
def test_a_pipe_is_refused_and_never_opened(tmp_path, name):
    path = tmp_path / "class" / name
    path.parent.mkdir(parents=True)
    os.mkfifo(path)  # to open it would wait for ever
    refused(beside(tmp_path), "a device, pipe or socket")


@POSIX
def test_a_socket_and_a_device_are_refused(tmp_path, monkeypatch):
    place = eves(tmp_path).parent
    monkeypatch.chdir(place)  # a socket's path may have a hundred letters
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("talk.py")
        refused(beside(tmp_path), "a device, pipe or socket: '01_echo/talk.py'")
    (place / "talk.py").unlink()
    try:
        os.mknod(place / "null.py", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        return  # only root makes devices
    refused(beside(tmp_path), "a device, pipe or socket: '01_echo/null.py'")


@POSIX
def test_what_turns_into_a_link_or_a_pipe_after_it_was_listed_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/etc/passwd")
    for name in ("pipe", "link", "nothing", "."):
        with pytest.raises(sources.LeftOut):
            read_plain(tmp_path / name, 10)


def test_thousands_of_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_FILES", 20)
    for number in range(50):
        eves(tmp_path, f"01_echo/{number}.py")
    refused(beside(tmp_path), "more than 20 files")
    shutil.rmtree(tmp_path / "class" / "eve")
    for number in range(50):
        (tmp_path / "class" / "eve" / "a" / str(number)).mkdir(parents=True)
    refused(beside(tmp_path), "more than 20 files")


def test_a_huge_file_is_left_out_and_the_rest_is_graded(tmp_path):
    with eves(tmp_path).with_name("data.txt").open("wb") as file:
        file.truncate(sources.MOST_OF_ONE + 1)
    eve = beside(tmp_path)
    assert files(eve) == ["01_echo/server.py"]
    assert eve.notes == ["left out (larger than 8 MiB): '01_echo/data.txt'"]


def test_binaries_are_left_out_and_the_rest_is_graded(tmp_path):
    left_out = ["a.pyc", "a.so", "a.so.6", "a.pth", "a.PYD", "a.dll", "a.exe", "a.zip", "a.tar.gz"]
    for name in left_out:
        eves(tmp_path, f"01_echo/{name}")
    eves(tmp_path, "01_echo/app.py", packed_bytes({"__main__.py": "print(1)"}))
    eves(tmp_path)
    eves(tmp_path, "01_echo/my.so_called.py")
    eve = beside(tmp_path)
    assert files(eve) == ["01_echo/my.so_called.py", "01_echo/server.py"]
    assert eve.notes == [
        "left out (not a source file): '01_echo/a.PYD', '01_echo/a.dll', '01_echo/a.exe' and 7 more"
    ]


def test_what_tools_make_is_left_out(tmp_path):
    for name in ("__pycache__/server.pyc", ".git/config", "01_echo/.DS_Store", "Thumbs.db"):
        eves(tmp_path, name)
    eves(tmp_path, "01_echo/__pycache__/x.py")
    eves(tmp_path, "01_echo/.venv/lib/x.py")
    eves(tmp_path, "node_modules/a/index.js")
    if os.name == "posix":
        (tmp_path / "class/eve/01_echo/.venv/python").symlink_to(sys.executable)
    eves(tmp_path)
    eve = beside(tmp_path)
    assert files(eve) == ["01_echo/server.py"]
    assert eve.notes == ["left out (made by a tool): '01_echo/.venv', 'node_modules'"]


@POSIX
@pytest.mark.parametrize("name", ["a\x1b[2J.py", "a\udcff.py", "a\n.py", "con.py", "a\u202e.py"])
def test_names_that_cannot_be_kept_are_left_out(tmp_path, name):
    eves(tmp_path)
    eves(tmp_path, f"01_echo/{name}")
    eve = beside(tmp_path)
    assert files(eve) == ["01_echo/server.py"]
    assert "the name cannot be kept" in eve.notes[0]
    assert eve.notes[0].isprintable()


@POSIX
@pytest.mark.parametrize("other", ["Server.py", "SERVER.PY"])
def test_names_that_differ_in_case_only_are_refused(tmp_path, other):
    eves(tmp_path)
    eves(tmp_path, f"01_echo/{other}")
    refused(beside(tmp_path), "differ in nothing but case")


def lock(monkeypatch, folder):
    """Make a folder unreadable, for root too."""
    scandir = os.scandir

    def locked(path="."):
        if not isinstance(path, int) and Path(path) == folder:
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("grader.classrun.members.os.scandir", locked)


def beside_locked(tmp_path, locked):
    """Take in a class in which one folder has mode 000."""
    student(tmp_path / "class", "ann")
    locked.chmod(0)
    try:
        found = intake.take_in(tmp_path / "class", tmp_path / "work")
    finally:
        locked.chmod(0o700)
    assert [one.id for one in found] == ["ann", "eve"]
    assert found[0].folder is not None
    return found[1]


@POSIX
def test_an_unreadable_folder_is_a_note(tmp_path, monkeypatch):
    eves(tmp_path)
    locked = eves(tmp_path, "01_echo/locked/x.py").parent
    lock(monkeypatch, locked)
    eve = beside_locked(tmp_path, locked)
    assert files(eve) == ["01_echo/server.py"]
    assert eve.notes == ["left out (it cannot be read): '01_echo/locked'"]


@POSIX
def test_a_submission_that_cannot_be_read_at_all_is_refused(tmp_path, monkeypatch):
    locked = eves(tmp_path).parent.parent
    lock(monkeypatch, locked)
    refused(beside_locked(tmp_path, locked), "the folder cannot be read")
