"""Takes a class folder in: one folder or zip a submission, whatever is in it.

The rule: nothing in a submission stops the class. What cannot be taken is a note for its
author; only a class folder that is none is an error.
"""

from __future__ import annotations

import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.course.catalogue import LESSON_FOLDER
from grader.errors import UserError

MOST_FILES = 2000  # in one zip
MOST_BYTES = 50 * 1024 * 1024  # of one zip, unpacked
DEEPEST_WRAPPING = 3  # folders around the lessons that are looked through


class Refused(Exception):
    """A submission that cannot be taken; the message is for its author."""


@dataclass
class Submission:
    """One submission. folder: laid out like lessons/, None if it was refused.

    person: who handed it in, see SubmissionResult.
    """

    id: str
    folder: Path | None
    notes: list[str] = field(default_factory=list)
    person: dict[str, str] = field(default_factory=dict)


def take_in(class_folder: Path, workshop: Path) -> list[Submission]:
    """Return the submissions of a class, sorted; zips are unpacked below `workshop`.

    Of two with the same name the newer one counts. Raises UserError when the folder is not
    there, is a single submission, or holds none.
    """
    if not class_folder.is_dir():
        raise UserError(f"{class_folder} is not a folder; it should hold one folder or zip each")
    entries = sorted(path for path in class_folder.iterdir() if _is_submission(path))
    if any(LESSON_FOLDER.match(path.name) for path in entries):
        raise UserError(
            f"{class_folder} is one submission, not a class; use: check --submission {class_folder}"
        )
    if not entries:
        raise UserError(f"{class_folder} holds no submissions: one folder or zip each is needed")
    newest: dict[str, Path] = {}
    for path in sorted(entries, key=lambda path: path.stat().st_mtime):
        newest[path.stem if path.is_file() else path.name] = path
    return [_taken(name, newest[name], workshop) for name in sorted(newest)]


def _is_submission(path: Path) -> bool:
    if path.name.startswith((".", "_")):
        return False
    return path.is_dir() or path.suffix.lower() == ".zip"


def _taken(name: str, path: Path, workshop: Path) -> Submission:
    try:
        folder = path
        if path.is_file():
            folder = workshop / name
            unpack(path, folder)
        return Submission(name, _lessons_inside(folder))
    except Refused as refused:
        return Submission(name, None, [f"not graded: {refused}"])


def _lessons_inside(folder: Path, depth: int = 0) -> Path:
    """Return the folder that holds the lessons; wrapping folders are looked through."""
    inside = [p for p in folder.iterdir() if p.is_dir() and not p.is_symlink()]
    if any(LESSON_FOLDER.match(path.name) for path in inside):
        return folder
    candidates = [path for path in inside if not path.name.startswith((".", "_"))]
    if len(candidates) == 1 and depth < DEEPEST_WRAPPING:
        return _lessons_inside(candidates[0], depth + 1)
    raise Refused("there is no lesson folder in it, such as 01_echo")


def unpack(path: Path, target: Path) -> None:
    """Unpack a zip below `target`. Raises Refused for a broken, oversized or sly one."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES:
                raise Refused(f"the zip holds {len(infos)} files; {MOST_FILES} is the limit")
            left = MOST_BYTES
            for info in infos:
                left -= _unpack_one(archive, info, target, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise Refused(f"the zip cannot be read ({error})") from None
    except OSError as error:
        raise Refused(f"the zip cannot be unpacked ({error.strerror})") from None


def _unpack_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write one member; return its size. `left` bytes may still be written."""
    name = PurePosixPath(info.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in info.filename:
        raise Refused(f"the zip names a file outside its folder: {info.filename!r}")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Refused(f"the zip holds a link: {info.filename!r}")
    place = target.joinpath(*name.parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(info) as source, place.open("wb") as file:
        while data := source.read(65536):
            written += len(data)
            if written > left:
                raise Refused(f"the zip unpacks to more than {MOST_BYTES // 2**20} MiB")
            file.write(data)
    return written
