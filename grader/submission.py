"""A submission is any folder laid out like `lessons/`. This finds, copies and fingerprints one."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from grader.course.lesson import Lesson

KEPT_OUT = {"__pycache__", ".git", ".hypothesis", ".pytest_cache"}
NOTHING = hashlib.sha256().hexdigest()  # the fingerprint of no files


def lesson_folder(submission: Path, lesson: Lesson) -> Path | None:
    """Return the folder in which the submission has its files for this lesson, if it has one."""
    folder = submission / lesson.id
    return folder if folder.is_dir() else None


def lesson_files(submission: Path, lesson: Lesson) -> list[Path]:
    """Return the submission's files for the lesson, sorted, without the kit's own."""
    folder = lesson_folder(submission, lesson)
    if folder is None:
        return []
    kits = {"lesson.toml", "mistakes.toml", "README.md", lesson.suite.name}
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(
        path
        for path in found
        if not KEPT_OUT & set(path.relative_to(folder).parts)
        and str(path.relative_to(folder)) not in kits
    )


def stage_copy(lesson: Lesson, submission: Path, target: Path) -> None:
    """Make `target` a runnable copy of the submission's lesson.

    The kit's carried and given files come first, so that a submission that lacks one gets
    it, and one that has its own keeps it.
    """
    target.mkdir(parents=True)
    for name in (*lesson.given, *lesson.carried):
        shutil.copyfile(lesson.folder / name, target / name)
    folder = lesson_folder(submission, lesson)
    for path in lesson_files(submission, lesson):
        copy = target / path.relative_to(folder)  # type: ignore[arg-type]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def fingerprint(submission: Path, lessons: list[Lesson]) -> str:
    """Return a sha256 over the names and bytes of all files that can be graded."""
    digest = hashlib.sha256()
    for lesson in lessons:
        for path in lesson_files(submission, lesson):
            digest.update(str(path.relative_to(submission)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
