"""Which files of a submission count, by their names and sizes.

The rule: source files are graded, whatever else there is is left out or refused, and said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.classrun.names import RESERVED, shown
from grader.submission import KEPT_OUT, LARGEST, MADE_BY_TOOLS

MIB = 2**20
MOST_FILES = 2000  # of one submission
MOST_BYTES = 50 * MIB  # of one submission, unpacked
MOST_OF_ONE = LARGEST  # in one file
LONGEST_NAME = 240  # with its folders, in bytes; Windows takes no more

SILENT = (KEPT_OUT - MADE_BY_TOOLS) | {
    "__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".mypy_cache", ".ruff_cache", ".idea",
    ".vscode",
}  # fmt: skip
ARCHIVES = {
    ".7z", ".bz2", ".gz", ".lzh", ".rar", ".tar", ".tbz2", ".tgz", ".txz", ".xz", ".zst",
}  # fmt: skip
BINARIES = ARCHIVES | {
    ".a", ".class", ".dll", ".dylib", ".egg", ".exe", ".jar", ".o", ".pth", ".pyc", ".pyd",
    ".pyo", ".pyz", ".pyzw", ".so", ".whl", ".zip",
}  # fmt: skip

DRIVE = re.compile(r"[A-Za-z]:")  # of Windows, in front of a path
NOT_SOURCE = "not a source file"
TOO_BIG = f"larger than {MOST_OF_ONE // MIB} MiB"
BAD_NAME = "the name cannot be kept"
UNREADABLE = "it cannot be read"
NOT_YOURS = "made by a tool"


class Refused(Exception):
    """A submission that cannot be taken; the message is for its author."""


class LeftOut(Refused):
    """A file that cannot be taken; the others can."""


@dataclass(frozen=True)
class Member:
    """One file of a submission. name: with / between folders; size: as it is declared.

    read(most) returns at most that many bytes; refused: why the whole submission is refused;
    left_out: why this one is; time: when it was changed, in seconds, as far as a zip knows.
    """

    name: str
    size: int = 0
    read: Callable[[int], bytes] = lambda most: b""
    refused: str = ""
    left_out: str = ""
    time: float = 0.0


def parts_of(name: str) -> tuple[str, ...]:
    """Return the folders and the file of a name. Raises Refused if it leads outside."""
    path = PurePosixPath(name.replace("\\", "/"))
    sly = path.is_absolute() or ".." in path.parts or DRIVE.match(name) or "\0" in name
    if sly or not path.parts:
        raise Refused(f"it names a file outside its folder: {shown(name)}")
    return path.parts


def is_passed_over(name: str) -> bool:
    """Return whether a file or folder of this name is left out without a word."""
    return name.lower() in SILENT or name.startswith("._")


def is_a_tools(name: str) -> bool:
    """Return whether a folder of this name is made by a tool and left out."""
    return name.lower() in MADE_BY_TOOLS


def why_left_out(parts: tuple[str, ...], size: int) -> str:
    """Return why a file is not taken, for its name and size; empty if nothing speaks against it."""
    if not _can_be_kept(parts):
        return BAD_NAME
    if is_binary(parts[-1]):
        return NOT_SOURCE
    return TOO_BIG if size > MOST_OF_ONE else ""


def is_binary(name: str) -> bool:
    """Return whether a file of this name is no source file: `a.pyc`, `a.so`, `a.so.6`, `a.zip`."""
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    return ".so" in suffixes or bool(BINARIES & set(suffixes[-1:]))


def look(parts: tuple[str, ...]) -> str:
    """Return what is equal for names that are one file where case or accents don't count."""
    return unicodedata.normalize("NFC", "/".join(parts)).casefold()


def _can_be_kept(parts: tuple[str, ...]) -> bool:
    name = "/".join(parts)
    if not name.isprintable() or ":" in name or len(name.encode()) > LONGEST_NAME:
        return False
    return not any(RESERVED.match(part) or part != part.rstrip(" .") for part in parts)
