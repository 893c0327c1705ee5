"""Finds lessons and tasks by the names that people type."""

import re
from collections.abc import Iterable
from pathlib import Path

from grader.course.lesson import Lesson, load_lesson
from grader.errors import UserError

KIT = Path(__file__).resolve().parents[2]
LESSONS = KIT / "lessons"
SOLUTION = KIT / "reference_solution"
LESSON_FOLDER = re.compile(r"^[0-9]{2}_[a-z_]+$")


def all_lessons(folder: Path = LESSONS) -> list[Lesson]:
    """Return every lesson of the course, in order."""
    found = sorted(path for path in folder.iterdir() if LESSON_FOLDER.match(path.name))
    return [load_lesson(path) for path in found if (path / "lesson.toml").is_file()]


def lesson_ids() -> list[str]:
    """Return the ids of the course's lessons, in order, without reading them."""
    return sorted(path.name for path in LESSONS.iterdir() if LESSON_FOLDER.match(path.name))


def find_lesson(name: str) -> Lesson:
    """Return the lesson called `4`, `04` or `04_broadcast`. Raises UserError."""
    lessons = all_lessons()
    for lesson in lessons:
        if name == lesson.id or name.lstrip("0") == str(lesson.number):
            return lesson
    raise UserError(f"no lesson is called {name!r}; there are {_names(lessons)}")


def lessons_named(names: Iterable[str]) -> list[Lesson]:
    """Return the lessons of these names, each once, in the order of the course; all for no names.

    Raises UserError for a name that is none.
    """
    wanted = {find_lesson(name).id for name in names}
    return [lesson for lesson in all_lessons() if not wanted or lesson.id in wanted]


def find_task(name: str) -> tuple[Lesson, str]:
    """Return the lesson and the id of the task called `4.2`. Raises UserError."""
    lesson = find_lesson(name.partition(".")[0])
    if name not in lesson.by_id:
        raise UserError(f"no task is called {name!r}; lesson {lesson.number} has {_ids(lesson)}")
    return lesson, name


def chosen(names: list[str]) -> list[tuple[Lesson, list[str]]]:
    """Return lessons with the task ids asked for (none: all), in the order of the course.

    Each name is a lesson or a task. Raises UserError for a name that is neither.
    """
    tasks: dict[str, list[str]] = {}
    for name in names:
        lesson, wanted = (find_lesson(name), None) if "." not in name else find_task(name)
        asked = tasks.setdefault(lesson.id, [])
        if wanted is not None and wanted not in asked:
            asked.append(wanted)
    whole = {find_lesson(name).id for name in names if "." not in name}
    return [
        (lesson, [] if lesson.id in whole else tasks[lesson.id])
        for lesson in all_lessons()
        if lesson.id in tasks
    ]


def _names(lessons: list[Lesson]) -> str:
    return ", ".join(lesson.id for lesson in lessons)


def _ids(lesson: Lesson) -> str:
    return ", ".join(task.id for task in lesson.tasks)


def stage_before(lesson: Lesson, name: str) -> Lesson | None:
    """Return the last lesson before this one whose stage has a file of that name.

    The program of lesson 08 stands beside the chat, so lesson 09 goes on behind 07.
    """
    earlier = [one for one in all_lessons() if one.number <= lesson.after and name in one.files]
    return earlier[-1] if earlier else None
