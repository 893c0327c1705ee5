"""The files of a zip, listed and checked before a byte of them is inflated.

The rule: nothing that a zip says of itself is believed without a bound.
"""

from __future__ import annotations

import io
import lzma
import struct
import time
import zipfile
import zlib
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from typing import BinaryIO

from grader.classrun.members import kind_of
from grader.classrun.names import shown
from grader.classrun.sources import MIB, Member, Refused

MOST_PACKED = 50 * MIB  # of one zip
MOST_LISTED = 4 * MIB  # of a zip's table of contents: some ten thousand names
HEADER = 30  # bytes before each file of a zip, at least
ENCRYPTED = 0x1
FOLDERS_END = ("/", "\\")
# What zipfile raises for a zip that is broken, each seen with mangled ones.
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    RuntimeError, ValueError, OverflowError, OSError,
)  # fmt: skip


class _Bounded(io.BufferedReader):
    """A zip that is being opened: its table of contents is read in one piece, at most `most`."""

    most: int | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Return bytes. Raises Refused when more are asked for than a sane zip needs."""
        if self.most is not None and size is not None and size > self.most:
            raise Refused("the zip lists too many files")
        return super().read(size)


def open_zip(file: BinaryIO, most_listed: int = MOST_LISTED) -> zipfile.ZipFile:
    """Open a zip, with a bound on its table of contents in bytes. Raises Refused."""
    bounded = _Bounded(file)  # type: ignore[arg-type]
    bounded.most = most_listed
    try:
        archive = zipfile.ZipFile(bounded)
        bounded.most = None
        _refuse_overlaps(archive.infolist())
        return archive
    except BROKEN as error:
        raise Refused(f"the zip cannot be read ({_words(error)})") from None


def unpacked(packed: Member) -> list[Member]:
    """Return the files in a zip that is a member itself. Raises Refused."""
    data = packed.read(MOST_PACKED + 1)
    if len(data) > MOST_PACKED:
        raise Refused(f"the zip is larger than {MOST_PACKED // MIB} MiB")
    return zip_members(open_zip(io.BytesIO(data)))


def zip_members(archive: zipfile.ZipFile) -> list[Member]:
    """Return the files of a zip, sorted by name; what cannot be taken says why."""
    infos = [one for one in archive.infolist() if not one.orig_filename.endswith(FOLDERS_END)]
    return sorted((_member(archive, info) for info in infos), key=lambda one: one.name)


def zip_folders(archive: zipfile.ZipFile) -> list[str]:
    """Return the names of the folders that a zip lists: one may hold no file."""
    names = (one.orig_filename for one in archive.infolist())
    return [name for name in names if name.endswith(FOLDERS_END)]


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = info.orig_filename  # a NUL and all
    why = _refusal(info)
    refused = f"the zip {why}: {shown(name)}" if why else ""
    read = partial(_inflated, archive, info)
    return Member(name, info.file_size, read, refused, time=_seconds(info))


def _refusal(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if mode & 0o170000 and (kind := kind_of(mode)):
        return f"holds {kind}"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted"
    # The others may claim gigabytes of memory before their first byte.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an unusual way"
    return ""


def _inflated(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with archive.open(info) as file:
            return file.read(most)
    except BROKEN as error:
        raise Refused(f"the zip cannot be read ({_words(error)})") from None


def _seconds(info: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0  # it only breaks ties


def _refuse_overlaps(infos: Sequence[zipfile.ZipInfo]) -> None:
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for one, after in pairwise(ordered):
        if one.header_offset + HEADER + one.compress_size > after.header_offset:
            names = f"{shown(one.orig_filename)} and {shown(after.orig_filename)}"
            raise Refused(f"the zip's files overlap: {names}")


def _words(error: Exception) -> str:
    said = "".join(letter if letter.isprintable() else "?" for letter in str(error))
    return said[:80] or type(error).__name__
