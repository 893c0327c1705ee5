"""Reads the catalogue of known programs, and builds submissions from it.

`wrong/NN_lesson.toml` lists wrong programs with the tasks that must fail and the mistake that
must be named; `odd/NN_lesson.toml` lists programs that keep the contract in an unusual way. An
entry is the reference solution with the files of some overlays laid over it and a few edits, or
a folder beside the list with a whole program.
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

KNOWN = Path(__file__).resolve().parent
SOLUTION = KNOWN.parents[1] / "reference_solution"
Kind = Literal["wrong", "odd"]
COMMON = {"id", "name", "did"}
OPTIONAL = {
    "wrong": {"edits", "folder", "may_fail"},
    "odd": {"edits", "folder", "overlays", "client", "compile", "needs_command", "extra"},
}
REQUIRED = {"wrong": COMMON | {"fails", "likely", "says"}, "odd": COMMON}


class BadEntry(Exception):
    """An entry of the catalogue that cannot be used; the message names it."""


@dataclass(frozen=True)
class Edit:
    """Some text of one file of the reference solution, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Program:
    """One entry. did: what is wrong, or odd, about it, as a sentence.

    fails: the tasks that must fail; may_fail: those that fail only if its threads happen to run
    so, which is no merit of the suite; likely: the mistake that the first of them must name, and
    says: words of it; overlays: folders beside the lists; client: an older odd program whose
    client.py the folder takes over; compile: the command that makes its program, in the folder;
    needs_command: a program that this machine must have; extra: only `make catalogue` grades it.
    """

    kind: Kind
    lesson_id: str
    id: str
    name: str
    did: str
    edits: tuple[Edit, ...] = ()
    folder: str = ""
    fails: tuple[str, ...] = ()
    may_fail: tuple[str, ...] = ()
    likely: str = ""
    says: str = ""
    overlays: tuple[str, ...] = ()
    client: str = ""
    compile: tuple[str, ...] = ()
    needs_command: str = ""
    extra: bool = False

    @property
    def where(self) -> str:
        """What to look for in the catalogue."""
        return f"{self.id} ({self.name}) in tests/known/{self.kind}/{self.lesson_id}.toml"

    @property
    def is_at_home(self) -> bool:
        """Whether this machine has the command that the program needs."""
        return not self.needs_command or shutil.which(self.needs_command) is not None


def programs(kind: Kind, lesson_id: str | None = None) -> list[Program]:
    """Return the entries of one lesson, or of all, in the order in which they are written."""
    lists = sorted((KNOWN / kind).glob("[0-9]*.toml"))
    return [
        _program(kind, path.stem, entry)
        for path in lists
        if lesson_id in (None, path.stem)
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["program"]
    ]


def build(program: Program, target: Path) -> Path:
    """Make `target` a submission with this program in it; return `target`.

    Raises BadEntry when the entry does not fit the reference solution, or cannot be compiled.
    """
    folder = target / program.lesson_id
    for source in _sources(program):
        if not source.is_dir():
            raise BadEntry(f"{program.where}: there is no folder {source.name}")
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, folder, ignore=ignored, dirs_exist_ok=True)
    if program.client:
        shutil.copy(KNOWN / program.kind / program.client / "client.py", folder)
    for edit in program.edits:
        _apply(edit, folder, program)
    if program.compile:
        _compile(program, folder)
    return target


def _sources(program: Program) -> list[Path]:
    beside = KNOWN / program.kind
    if program.folder:
        return [beside / program.lesson_id / program.folder]
    return [SOLUTION / program.lesson_id, *(beside / overlay for overlay in program.overlays)]


def _compile(program: Program, folder: Path) -> None:
    made = subprocess.run(program.compile, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        raise BadEntry(f"{program.where}: {' '.join(program.compile)}\n{made.stderr}")


def _apply(edit: Edit, folder: Path, program: Program) -> None:
    path = folder / edit.file
    if not path.is_file():
        raise BadEntry(f"{program.where}: the solution has no file {edit.file}")
    text = path.read_text(encoding="utf-8")
    found = text.count(edit.old)
    if found != 1:
        raise BadEntry(
            f"{program.where}: this text stands {found} times in {edit.file}, "
            f"not once; has the solution changed?\n{edit.old}"
        )
    path.write_text(text.replace(edit.old, edit.new), encoding="utf-8", newline="\n")


def _program(kind: Kind, lesson_id: str, entry: dict[str, Any]) -> Program:
    name = f"{entry.get('id', 'an entry')} in tests/known/{kind}/{lesson_id}.toml"
    if missing := REQUIRED[kind] - entry.keys():
        raise BadEntry(f"{name} lacks {', '.join(sorted(missing))}")
    if unknown := entry.keys() - REQUIRED[kind] - OPTIONAL[kind]:
        raise BadEntry(f"{name} has an unknown {', '.join(sorted(unknown))}")
    if bool({"edits", "overlays"} & entry.keys()) == ("folder" in entry):
        raise BadEntry(f"{name} must have either edits and overlays or a folder")
    facts = dict(entry)
    facts["edits"] = tuple(Edit(**edit) for edit in entry.get("edits", ()))
    facts["overlays"] = tuple(entry.get("overlays", ()))
    facts["compile"] = tuple(entry.get("compile", ()))
    facts["fails"] = tuple(entry.get("fails", ()))
    facts["may_fail"] = tuple(entry.get("may_fail", ()))
    return Program(kind, lesson_id, **facts)
