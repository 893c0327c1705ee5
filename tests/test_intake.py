"""Taking a class in: what is recognised, what is refused with a note, what stops the run."""

import io
import os
import shutil
import socket
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classrun import cleancopy, intake, sources, unpacking
from grader.classrun.cleancopy import CleanCopy
from grader.classrun.members import read_plain
from grader.classrun.names import LONGEST_ID, readable, unique
from grader.classrun.sources import Member, Refused
from grader.classrun.unpacking import unpacked
from grader.course.catalogue import KIT, SOLUTION, find_lesson
from grader.document import read_document
from grader.errors import UserError

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


@POSIX
def test_a_class_folder_that_cannot_be_read_is_said_in_one_line(tmp_path, monkeypatch):
    def locked(self):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "class").mkdir()
    monkeypatch.setattr(Path, "iterdir", locked)
    with pytest.raises(UserError, match=r"cannot read .*class: Permission denied"):
        intake.take_in(tmp_path / "class", tmp_path / "work")


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


# What follows builds something hostile, and sees that it is refused or left out with a note,
# that nothing is written outside the workshop, and that the neighbours are taken.


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


@POSIX
def test_an_unreadable_folder_is_a_note(tmp_path, monkeypatch):
    eves(tmp_path)
    locked = eves(tmp_path, "01_echo/locked/x.py").parent
    _lock(monkeypatch, locked)
    eve = beside_locked(tmp_path, locked)
    assert files(eve) == ["01_echo/server.py"]
    assert eve.notes == ["left out (it cannot be read): '01_echo/locked'"]


@POSIX
def test_a_submission_that_cannot_be_read_at_all_is_refused(tmp_path, monkeypatch):
    locked = eves(tmp_path).parent.parent
    _lock(monkeypatch, locked)
    refused(beside_locked(tmp_path, locked), "the folder cannot be read")


def _lock(monkeypatch, folder):
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


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py", "01_echo/../../evil.py", "/evil.py", "//evil.py", "..\\evil.py",
        "\\evil.py", "C:\\evil.py", "c:evil.py", "01_echo/server.py:stream",
    ],
)  # fmt: skip
def test_a_zip_that_names_a_file_outside_is_refused(tmp_path, name):
    data = packed_bytes({"01_echo/server.py": "pass", name: "evil"})
    refused(evil_zip(tmp_path, data), "it names a file outside its folder")


@pytest.mark.parametrize(("name", "sly"), [("01_echo/aXb.py", b"a\0b"), ("aXb.py", b"\0\0b")])
def test_a_zip_with_a_nul_in_a_name_is_refused(tmp_path, name, sly):
    data = packed_bytes({name: "evil"}).replace(b"aXb", sly)
    refused(evil_zip(tmp_path, data), "outside its folder: ")


def test_an_encrypted_zip_is_refused(tmp_path):
    data = bytearray(packed_bytes({"01_echo/server.py": "pass"}))
    data[data.find(b"PK\3\4") + 6] |= 1
    data[data.find(b"PK\1\2") + 8] |= 1
    refused(evil_zip(tmp_path, bytes(data)), "the zip is encrypted: '01_echo/server.py'")


def test_a_zip_that_is_packed_in_an_unusual_way_is_refused(tmp_path):
    data = packed_bytes({"01_echo/server.py": "pass"}, compression=zipfile.ZIP_LZMA)
    refused(evil_zip(tmp_path, data), "packed in an unusual way")


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFSOCK])
def test_a_device_in_a_zip_is_refused(tmp_path, kind):
    info = zipfile.ZipInfo("01_echo/server.py")
    info.external_attr = (kind | 0o666) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, "")
    refused(evil_zip(tmp_path, file.getvalue()), "holds a device, pipe or socket")


def test_a_zip_whose_files_overlap_is_refused(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("01_echo/server.py", "pass\n" * 1000)
        again = zipfile.ZipInfo("01_echo/client.py")
        again.header_offset, again.CRC = 0, archive.filelist[0].CRC
        again.file_size = again.compress_size = 5000
        archive.filelist.append(again)
    refused(evil_zip(tmp_path, file.getvalue()), "the zip's files overlap")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["01_echo/server.py", "01_echo/Server.py"], "differ in nothing but case"),
        (["01_echo/server.py", "01_Echo/client.py"], "differ in nothing but case"),
        (["01_echo/\u00e9.py", "01_echo/e\u0301.py"], "differ in nothing but case or accents"),
        (["01_echo/server.py", "01_echo/server.py"], "it holds '01_echo/server.py' twice"),
        (["01_echo/a", "01_echo/a/b.py"], "it holds '01_echo/a' twice"),
        (["01_echo/a/b.py", "01_echo/a"], "it holds '01_echo/a' twice"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_whose_names_clash_is_refused(tmp_path, names, says):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "pass")
    refused(evil_zip(tmp_path, file.getvalue()), says)


def test_a_zip_bomb_is_stopped_by_its_ratio(tmp_path):
    bombs = {f"01_echo/{number}.py": "x" * 4_000_000 for number in range(4)}
    data = packed_bytes(bombs, compression=zipfile.ZIP_DEFLATED)
    refused(evil_zip(tmp_path, data), "more than 100 times its size")


def test_a_huge_file_in_a_zip_is_left_out_without_inflating_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "MOST_OF_ONE", 1000)
    data = packed_bytes({"01_echo/server.py": "pass", "01_echo/x.txt": "x" * 1001})
    eve = evil_zip(tmp_path, data)
    assert files(eve) == ["01_echo/server.py"]
    assert "'01_echo/x.txt'" in eve.notes[0]


def test_a_zip_that_says_it_is_smaller_than_it_is_gains_nothing(tmp_path):
    packed = packed_bytes({"01_echo/x.py": "x" * 1_000_000}, compression=zipfile.ZIP_DEFLATED)
    data = packed.replace(struct.pack("<L", 1_000_000), struct.pack("<L", 10))
    refused(evil_zip(tmp_path, data), "the zip cannot be read (Bad CRC-32")


def test_a_zip_with_an_endless_table_of_contents_is_refused_before_it_is_read(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(unpacking.open_zip, "__defaults__", (5000,))
    data = packed_bytes({f"01_echo/{number}.py": "" for number in range(200)})
    refused(evil_zip(tmp_path, data), "the zip lists too many files")


def test_a_zip_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_PACKED", 1000)
    data = packed_bytes({"01_echo/server.py": "x" * 2000})
    refused(evil_zip(tmp_path, data), "the zip is larger than")


def test_zips_in_a_zip_are_not_unpacked(tmp_path):
    inner = packed_bytes({"01_echo/server.py": "pass"})
    refused(evil_zip(tmp_path, packed_bytes({"inner.zip": inner})), "no lesson folder")


BASE = packed_bytes({"01_echo/server.py": "pass\n" * 99, "01_echo/b.py": ""}, compression=8)


@given(st.lists(st.tuples(st.integers(0, len(BASE) - 1), st.integers(0, 255)), max_size=8))
def test_no_mangled_zip_breaks_the_intake(tmp_path_factory, changes):
    data = bytearray(BASE)
    for place, value in changes:
        data[place] = value
    folder = tmp_path_factory.mktemp("mangled")
    try:
        CleanCopy(folder / "copy").take(
            unpacked(Member("x.zip", len(data), lambda most: bytes(data))), "0", len(data)
        )
    except Refused:
        pass  # that is what may happen to it
    assert [path.name for path in folder.iterdir()] in ([], ["copy"])
    shutil.rmtree(folder)


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


# Lesson folders and files that are called or laid otherwise.


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


# Names.

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
