"""Whose download is it? Reads the names that Moodle, Canvas, Gradescope and GitHub give.

The rule: only what the platform wrote is believed; a student's file name comes last in each
name and is never searched for a person.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.classrun.classfolder import Entry
from grader.classrun.sources import ARCHIVES

# Full Name_4711_assignsubmission_file[_][their file]; names are non-greedy, see the rule.
MOODLE = re.compile(
    r"^(?P<name>.+?)_(?P<id>[0-9]+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<file>.*)$", re.DOTALL
)
# lovelaceada[_LATE]_user_attachment_their file; or ..._text.html for what was typed in.
CANVAS = re.compile(
    r"^(?P<login>[^_\s]+?)(?P<late>_LATE)?_(?P<user>[0-9]+)"
    r"(_(?P<file_id>[0-9]+)_(?P<file>.+)|_(?:text|link)\.html)$",
    re.IGNORECASE | re.DOTALL,
)
AGAIN = re.compile(r"^(?P<stem>.+?)-(?P<number>[0-9]{1,4})$", re.DOTALL)  # work-2.zip


@dataclass(frozen=True)
class Piece:
    """A file or folder of one submission. key: equal for all pieces of one submission.

    id: readable, not yet unique; file: what its author called it, empty for a folder that the
    platform made; slot: of the pieces with one slot the greatest rank counts; typed: it was
    written in the browser and holds no files.
    """

    entry: Entry
    key: tuple[str, ...]
    id: str
    file: str = ""
    slot: str = ""
    rank: tuple[str | float, ...] = ()
    person: dict[str, str] = field(default_factory=dict)
    typed: bool = False


def pieces_of(
    entries: Sequence[Entry], metadata: Mapping[str, dict[str, str]], folder: str
) -> list[Piece]:
    """Return what belongs to a submission; other files are passed over.

    metadata: what Gradescope says of each folder; folder: the name of the class folder.
    """
    canvas = _mostly_canvas(entries)
    assignment = common_prefix([entry.name for entry in entries if entry.is_clone], folder)
    found = []
    for entry in entries:
        if match := MOODLE.match(entry.name):
            found.append(_moodle(entry, match))
        elif canvas and (match := CANVAS.match(entry.name)):
            found.append(_canvas(entry, match))
        elif entry.name in metadata:
            found.append(_gradescope(entry, metadata[entry.name]))
        elif entry.is_clone and assignment and (login := entry.name[len(assignment) :]):
            found.append(_github(entry, login))
        elif entry.is_folder or is_handed_in(entry):
            found.append(_plain(entry))
    return found


def is_handed_in(entry: Entry) -> bool:
    """Return whether a file without a platform's name is a submission: an archive, or a link."""
    no_suffix = not PurePosixPath(entry.name).suffix
    return is_archive(entry.name) or bool(entry.refused and no_suffix)


def is_archive(name: str) -> bool:
    """Return whether this is the name of a zip or of another archive."""
    return PurePosixPath(name).suffix.lower() in {".zip", *ARCHIVES}


def common_prefix(clones: Sequence[str], folder: str) -> str:
    """Return what the names of a GitHub Classroom's clones begin with: `assignment-`.

    folder: the name of the folder they are in; its own tool calls it `assignment-submissions`.
    Empty if it cannot be known, as for a single clone.
    """
    named = folder.removesuffix("submissions")
    if named != folder and named.endswith("-") and all(name.startswith(named) for name in clones):
        return named
    if len(clones) < 2:
        return ""
    common = os.path.commonprefix(list(clones))  # noqa: RUF071  letter by letter is meant
    return common[: common.rfind("-") + 1]


def _moodle(entry: Entry, match: re.Match[str]) -> Piece:
    name, number, file = match["name"], match["id"], match["file"]
    person = {"lms": "moodle", "name": name, "participant": number}
    return Piece(
        entry, ("moodle", name, number), f"{_joined(name)}_{number}", file, file or entry.name,
        (entry.time,), person, typed=match["kind"] != "file",
    )  # fmt: skip


def _canvas(entry: Entry, match: re.Match[str]) -> Piece:
    login, user, file = match["login"], match["user"], match["file"] or ""
    person = {"lms": "canvas", "login": login, "user_id": user}
    if match["late"]:
        person["flag"] = "LATE"
    first, number = _without_number(file)
    packed = is_archive(file)  # two zips may hold a lesson each, whatever they are called
    return Piece(
        entry, ("canvas", login, user), f"{login}_{user}", file if packed else first,
        entry.name if packed else first, (number, int(match["file_id"] or 0), entry.time), person,
        typed=not file,
    )  # fmt: skip


def _without_number(file: str) -> tuple[str, int]:
    """Return `work.zip` and 2 for `work-2.zip`: Canvas counts files of one name."""
    path = PurePosixPath(file)
    again = AGAIN.match(path.stem)
    return (again["stem"] + path.suffix, int(again["number"])) if again else (file, 0)


def _gradescope(entry: Entry, facts: dict[str, str]) -> Piece:
    who = facts.get("sid") or facts.get("email", "").partition("@")[0] or facts["submission"]
    key = facts.get("email") or facts.get("sid") or facts["submission"]
    rank = (facts.get("submitted", ""), entry.time)
    name = f"{_joined(facts.get('name', ''))}_{who}".strip("_")
    return Piece(entry, ("gradescope", key), name, rank=rank, person={"lms": "gradescope", **facts})


def _github(entry: Entry, login: str) -> Piece:
    return Piece(entry, ("github", login), login, person={"lms": "github", "login": login})


def _plain(entry: Entry) -> Piece:
    stem = entry.name
    while not entry.is_folder and is_archive(stem):
        stem = PurePosixPath(stem).stem
    return Piece(entry, ("plain", stem), stem, rank=(entry.time,))


def _mostly_canvas(entries: Sequence[Entry]) -> bool:
    fits = sum(CANVAS.match(entry.name) is not None for entry in entries)
    return fits * 2 > len(entries)


def _joined(name: str) -> str:
    return "_".join(name.split())
