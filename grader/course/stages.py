"""Keeps the stages in step: carried files, starters, and the list of changes in each lesson.

The rule: a file is mended in one place, where it was born; the rest is made again by
`make stages`, and `--check` only says what is out of step.
"""

from __future__ import annotations

from pathlib import Path

from grader.course.catalogue import LESSONS, SOLUTION, all_lessons
from grader.course.changes import with_change_list
from grader.course.lesson import Lesson
from grader.course.starter import starter_source
from grader.errors import UserError


def made_files(lesson: Lesson) -> dict[Path, str]:
    """Return every file of this lesson that is made, and what it must contain."""
    stage = SOLUTION / lesson.id
    made: dict[Path, str] = {}
    for name, born in lesson.carried.items():
        text = _read(SOLUTION / born / name)
        made[stage / name] = text
        made[LESSONS / lesson.id / name] = text
    for name in lesson.given:
        made[LESSONS / lesson.id / name] = _read(stage / name)
    for name in lesson.edited:
        made[LESSONS / lesson.id / name] = starter_source(_read(stage / name), _todos(lesson, name))
    page = lesson.folder / "README.md"
    if page.is_file():
        made[page] = with_change_list(_read(page), lesson)
    return made


def out_of_step() -> list[Path]:
    """Return the made files that are not what they must be, and strays among the programs."""
    wrong = []
    for lesson in all_lessons():
        made = made_files(lesson)
        wrong += [path for path, text in made.items() if not _same(path, text)]
        for folder in (SOLUTION / lesson.id, LESSONS / lesson.id):
            programs = (p for p in folder.glob("*.py") if not p.name.startswith("test_"))
            wrong += [path for path in programs if path.name not in lesson.files]
    return sorted(wrong)


def make_stages() -> list[Path]:
    """Write every made file that is out of step; return those that were written.

    In the order of the course, so that a mended file reaches the last stage in one go.
    """
    written = []
    for lesson in all_lessons():
        for path, text in made_files(lesson).items():
            if not _same(path, text):
                path.write_text(text, encoding="utf-8", newline="\n")
                written.append(path)
    return written


def _todos(lesson: Lesson, file: str) -> dict[str, str]:
    holes = lesson.holes.get(file, {})
    return {name: f"{task}: {lesson.by_id[task].title}" for name, task in holes.items()}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path} is missing, though a lesson.toml names it") from None


def _same(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
