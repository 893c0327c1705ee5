"""The document `results.json`: which kit judged, what was asked, what became of it.

The rule: it is written whole and then renamed, so that nobody ever reads half of it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from grader import __version__
from grader.course.catalogue import KIT, SOLUTION
from grader.course.lesson import Lesson
from grader.errors import UserError
from grader.plain import checked
from grader.results import SubmissionResult

FORMAT = 2
RESULTS = "results.json"  # in the folder of results
KINDS = ("*.py", "*.toml")  # of files that have a say
LOCKED = KIT / "requirements" / "core.lock"  # which Hypothesis invents the inputs


@dataclass
class Document:
    """Everything that a report may know. lessons: plain values, see describe().

    alike: near-identical submissions, each `a`, `b`, `lesson`, `share` (0 to 1); optional.
    compared: for each lesson in which they were looked for, a sha256 over whose files were there.
    """

    suite: str
    sandbox: str
    seconds: float
    lessons: list[dict[str, Any]]
    submissions: list[SubmissionResult] = field(default_factory=list)
    alike: list[dict[str, Any]] = field(default_factory=list)
    compared: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as they are written."""
        row = {
            "format": FORMAT,
            "kit": {"version": __version__, "suite": f"sha256:{self.suite}"},
            "sandbox": self.sandbox,
            "seconds": self.seconds,
            "lessons": self.lessons,
            "submissions": [submission.to_json() for submission in self.submissions],
        }
        optional = {"alike": self.alike, "compared": self.compared}
        return row | {name: value for name, value in optional.items() if value}


def describe(lesson: Lesson) -> dict[str, Any]:
    """Return what a report needs to know of a lesson."""
    tasks = [{"id": task.id, "title": task.title, "points": task.points} for task in lesson.tasks]
    return {"id": lesson.id, "title": lesson.title, "points": lesson.points, "tasks": tasks}


def suite_hash(lessons: Iterable[Lesson]) -> str:
    """Return a sha256 over all of the kit that has a say in the marks of these lessons."""
    digest = hashlib.sha256(_harness_hash())
    for lesson in lessons:
        files = [*sorted(lesson.folder.glob("*.toml")), lesson.suite]
        files += [lesson.folder / name for name in (*lesson.given, *lesson.carried)]
        _add(digest, files)
    return digest.hexdigest()


@cache
def _harness_hash() -> bytes:
    """Return a sha256 over the harness, and the kit's own programs, which some tasks start."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for package in ("box", "judging", "suite", "wire"):
        _add(digest, sorted(path for kind in KINDS for path in (here / package).rglob(kind)))
    _add(digest, [here / "submission.py", here / "course" / "lesson.py"])
    _add(digest, [LOCKED] if LOCKED.is_file() else [])
    _add(digest, sorted(SOLUTION.glob("*/*.py")))
    return digest.digest()


def _add(digest: hashlib._Hash, files: Iterable[Path]) -> None:
    for path in files:
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())


def make_document(
    lessons: Sequence[Lesson], submissions: list[SubmissionResult], sandbox: str, seconds: float
) -> Document:
    """Return the document for a run of these lessons.

    sandbox: the level at which submissions ran; seconds: of wall time.
    """
    described = [describe(lesson) for lesson in lessons]
    return Document(suite_hash(lessons), sandbox, round(seconds, 1), described, submissions)


def write_document(path: Path, document: Document) -> None:
    """Write results.json in one step, and to the disk itself: the journal goes away then.

    Raises UserError when the place cannot be written.
    """
    write_bytes(path, (json.dumps(document.to_json()) + "\n").encode("utf-8"), outlasts_power=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step. Raises UserError that names the file."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes, *, outlasts_power: bool = False) -> None:
    """Write a file beside its place and rename it; one that says the same is left alone.

    outlasts_power: whether to wait until a pulled plug would not lose it. Raises UserError that
    names the file.
    """
    part = path.with_name(path.name + ".part")
    try:
        if path.is_file() and path.read_bytes() == data:
            return
        with part.open("wb") as file:
            file.write(data)
            if outlasts_power:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
        if outlasts_power and os.name == "posix":
            _keep_names(path.parent)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}") from None


def _keep_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the file system can say so."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(number)
    finally:
        os.close(number)


def read_document(path: Path) -> Document:
    """Read results.json back. Raises UserError when it is not there or not one of ours."""
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        if row["format"] != FORMAT:
            raise UserError(f"{path} has format {row['format']}; this kit reads {FORMAT}")
        return _document(row)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}; run grade first") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{path} is not a results.json of this kit") from None


def _document(row: dict[str, Any]) -> Document:
    checked([row], sandbox=str, seconds=(int, float))
    checked([row["kit"]], suite=str)
    lessons = checked(row["lessons"], id=str, title=str, points=int, tasks=list)
    for lesson in lessons:
        checked(lesson["tasks"], id=str, title=str, points=int)
    alike = checked(row.get("alike", []), a=str, b=str, lesson=str, share=(int, float))
    submissions = [SubmissionResult.from_json(one) for one in row["submissions"]]
    suite = row["kit"]["suite"].removeprefix("sha256:")
    compared = row.get("compared", {})
    checked([compared], **dict.fromkeys(compared, str))
    return Document(suite, row["sandbox"], row["seconds"], lessons, submissions, alike, compared)
