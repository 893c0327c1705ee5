"""What lies in a class folder, or in the zip of one: a name each, with its files.

The rule: a folder on disk and the same folder in a zip look the same from here on.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from grader.classrun.layout import OF_A_KIT, has_a_lessons_name, lesson_called
from grader.classrun.members import folder_members, kind_of, read_plain
from grader.classrun.sources import MIB, Member, Refused, is_passed_over
from grader.classrun.unpacking import open_zip, zip_folders, zip_members
from grader.errors import UserError

METADATA = "submission_metadata.yml"  # Gradescope's
MOST_LISTED_OF_CLASS = 256 * MIB  # of a class's table of contents


@dataclass(frozen=True)
class Entry:
    """One folder or file. time: when it was changed, in seconds; members: the files in it.

    A file has one member, itself. refused: why it cannot be taken at all; is_clone: it is a
    working copy of git.
    """

    name: str
    is_folder: bool
    members: Callable[[], Sequence[Member]]
    time: float = 0.0
    refused: str = ""
    is_clone: bool = False


@contextmanager
def entries_of(
    class_folder: Path, passed_over: Path, look_through: bool = True
) -> Iterator[list[Entry]]:
    """Yield what a class folder, or a zip of one, holds; files can be read until the end.

    passed_over: a folder of the kit's own, if it is in there. look_through: one around the class
    is looked through. Raises UserError.
    """
    if os.path.isdir(class_folder):
        yield _in_folder(class_folder, passed_over, look_through)
    elif class_folder.suffix.lower() == ".zip" and class_folder.is_file():
        with class_folder.open("rb", buffering=0) as file:
            try:
                archive = open_zip(file, MOST_LISTED_OF_CLASS)
            except Refused as refused:
                raise UserError(f"{class_folder}: {refused}") from None
            yield _in_zip(archive, look_through)
    else:
        what = "is not a folder, nor a .zip" if class_folder.exists() else "is not there"
        raise UserError(f"{class_folder} {what}: give the folder or zip with the submissions in it")


def _in_folder(folder: Path, passed_over: Path, look_through: bool) -> list[Entry]:
    try:
        paths = _visible(folder)
    except OSError as error:
        raise UserError(f"cannot read {folder}: {error.strerror}") from None
    ours = os.path.realpath(passed_over)
    paths = [path for path in paths if os.path.realpath(path) != ours]
    if look_through and len(paths) == 1 and _is_wrapping(paths[0]):
        return _in_folder(paths[0], passed_over, look_through)
    return [_on_disk(path) for path in paths]


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not is_hidden(path.name))


def _is_wrapping(folder: Path) -> bool:
    try:
        if folder.is_symlink() or os.path.isdir(folder / ".git"):
            return False
        inside = _visible(folder)
        with_programs = {path.name for path in inside if path.name.isdecimal() and _has_py(path)}
        return wraps([path.name for path in inside], with_programs)
    except OSError:
        return False  # a file, or a submission that cannot be read


def _has_py(folder: Path) -> bool:
    return folder.is_dir() and any(name.endswith(".py") for name in os.listdir(folder))


def _on_disk(path: Path) -> Entry:
    try:
        facts = path.lstat()
    except OSError:
        return Entry(path.name, False, tuple, refused="it cannot be read")
    if kind := kind_of(facts.st_mode):
        return Entry(path.name, False, tuple, facts.st_mtime, f"it is {kind}; hand in a folder")
    if stat.S_ISDIR(facts.st_mode):
        clone = os.path.isdir(path / ".git")  # Path.is_dir() raises if it may not look
        files = partial(folder_members, path)
        return Entry(path.name, True, files, facts.st_mtime, is_clone=clone)
    itself = Member(path.name, facts.st_size, partial(read_plain, path))
    return Entry(path.name, False, lambda: [itself], facts.st_mtime)


def _in_zip(archive: zipfile.ZipFile, look_through: bool) -> list[Entry]:
    members = _shown([replace(one, name=_plain(one.name)) for one in zip_members(archive)])
    folders = [name for name in map(_plain, zip_folders(archive)) if not is_hidden(_top(name))]
    split = [name.split("/") for name in (*(one.name for one in members), *folders)]
    inside = {parts[1] for parts in split if len(parts) > 1 and not is_hidden(parts[1])}
    programs = {parts[1] for parts in split if len(parts) == 3 and parts[2].endswith(".py")}
    is_one = len({parts[0] for parts in split}) == 1 and all("/" in one.name for one in members)
    if look_through and is_one and wraps(sorted(inside), programs):
        members = _shown([replace(one, name=one.name.partition("/")[2]) for one in members])
        folders = [rest for name in folders if (rest := name.partition("/")[2])]
        folders = [name for name in folders if not is_hidden(_top(name))]
    groups: dict[str, list[Member]] = {_top(name): [] for name in folders}
    for one in members:
        groups.setdefault(_top(one.name), []).append(one)
    return [_grouped(name, groups[name]) for name in sorted(groups)]


def _shown(members: Sequence[Member]) -> list[Member]:
    return [one for one in members if not is_hidden(_top(one.name))]


def _grouped(name: str, members: list[Member]) -> Entry:
    if members and members[0].name == name:
        return Entry(name, False, lambda: members, members[0].time, members[0].refused)
    inside = [replace(one, name=one.name[len(name) + 1 :]) for one in members]
    newest = max((one.time for one in members), default=0.0)
    clone = any(one.name.startswith(".git/") for one in inside)
    return Entry(name, True, lambda: inside, newest, is_clone=clone)


def _plain(name: str) -> str:
    """Return a name in a zip as most zips have it: `zip -r class.zip .` begins each with `./`."""
    plain = name.replace("\\", "/").rstrip("/")
    while plain.startswith("./"):
        plain = plain[2:].lstrip("/")
    return plain


def _top(name: str) -> str:
    return name.partition("/")[0]


def wraps(inside: Sequence[str], with_programs: Container[str]) -> bool:
    """Return whether a folder with these names in it is a class, not somebody's submission.

    with_programs: those in which Python files lie; the others may be a group's number.
    """
    if METADATA in inside:
        return True
    own = any(_is_in_a_submission(name, name in with_programs) for name in inside)
    return len(inside) > 1 and not own


def _is_in_a_submission(name: str, has_programs: bool) -> bool:
    if name.lower() == OF_A_KIT or name.endswith(".py"):
        return True
    if not has_a_lessons_name(name):
        return False  # 01_smith
    return bool(lesson_called(name)) and (has_programs or not name.isdecimal())


def is_hidden(name: str) -> bool:
    """Return whether a name in a class folder is never a submission."""
    return name.startswith(".") or is_passed_over(name)
