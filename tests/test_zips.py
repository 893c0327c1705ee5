"""Zips that are handed in: what is refused with a note, and writes nothing outside the workshop."""

import io
import shutil
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classrun import sources, unpacking
from grader.classrun.cleancopy import CleanCopy
from grader.classrun.sources import Member, Refused
from grader.classrun.unpacking import unpacked
from tests.handed_in import (
    evil_zip,
    files,
    packed_bytes,
    refused,
    taken,
    zipped,
)


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


@pytest.mark.parametrize(
    "name",
    [
        "../evil.py", "01_echo/../../evil.py", "/evil.py", "//evil.py", "..\\evil.py",
        "\\evil.py", "C:\\evil.py", "c:evil.py",
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
