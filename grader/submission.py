"""A submission is any folder laid out like `lessons/`. This finds, copies and fingerprints one."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.course.lesson import Lesson

LARGEST = 8 * 2**20  # bytes of one file; what is larger nobody wrote: a file that was received
EXECUTABLE = 0o755
MADE_BY_TOOLS = {".venv", "venv", "node_modules"}
KEPT_OUT = {"__pycache__", ".git", ".hypothesis", ".pytest_cache"} | MADE_BY_TOOLS
NOTHING = hashlib.sha256().hexdigest()  # the fingerprint of no files


def lesson_folder(submission: Path, lesson: Lesson) -> Path | None:
    """Return the folder in which the submission has its files for this lesson, if it has one."""
    folder = submission / lesson.id
    return folder if folder.is_dir() else None


def lesson_files(submission: Path, lesson: Lesson) -> list[Path]:
    """Return the submission's files for the lesson, sorted, without the kit's own.

    Links, files larger than LARGEST and what tools have made are left out.
    """
    folder = lesson_folder(submission, lesson)
    if folder is None:
        return []
    kits = ("lesson.toml", "mistakes.toml", "README.md", lesson.suite.name)
    return sorted(set(_files_below(folder)) - {folder / name for name in kits})


def _files_below(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):  # which minds no folder that has just gone
        folders[:] = [name for name in folders if name not in KEPT_OUT]
        paths = (Path(place, name) for name in names if name not in KEPT_OUT)
        yield from (path for path in paths if _is_source(path))


def _is_source(path: Path) -> bool:
    try:
        facts = path.lstat()
    except FileNotFoundError:  # an editor's own, gone by now
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_size <= LARGEST


def stage_copy(lesson: Lesson, submission: Path, target: Path) -> None:
    """Make `target` a runnable copy of the submission's lesson.

    A submission that lacks one of the kit's carried and given files gets it, and one that has
    something of its own under that name keeps it. Each file may be executed: uploads and clusters
    forget which ones may.
    """
    target.mkdir(parents=True)
    folder = lesson_folder(submission, lesson)
    for path in lesson_files(submission, lesson):
        copy = target / path.relative_to(folder)  # type: ignore[arg-type]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        copy.chmod(EXECUTABLE)
    for name in (*lesson.given, *lesson.carried):
        if not (target / name).exists():
            shutil.copyfile(lesson.folder / name, target / name)


def fingerprint(submission: Path, lessons: list[Lesson]) -> str:
    """Return a sha256 over the names and bytes of all files that can be graded."""
    digest = hashlib.sha256()
    for lesson in lessons:
        for path in lesson_files(submission, lesson):
            digest.update(os.fsencode(path.relative_to(submission)) + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
