"""Show what a lesson changes in the program since the lesson before."""

import argparse
import difflib

from grader.course.catalogue import find_lesson, stage_before
from grader.course.changes import change_list
from grader.course.parts import parts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("lesson", metavar="LESSON", help="such as 4")


def run(options: argparse.Namespace) -> int:
    """Print the list of changes, then the changed parts as they stand in lessons/."""
    lesson = find_lesson(options.lesson)
    print(f"Lesson {lesson.number:02}  {lesson.title}\n")
    print("\n".join(change_list(lesson)))
    for name, changed in lesson.changes.items():
        before = stage_before(lesson, name)
        if before is None:
            continue
        old = parts((before.folder / name).read_text(encoding="utf-8"))
        new = parts((lesson.folder / name).read_text(encoding="utf-8"))
        for part in changed:
            _show(f"{before.id}/{name} {part}", f"{lesson.id}/{name} {part}", old, new, part)
    return 0


def _show(was: str, now: str, old: dict[str, str], new: dict[str, str], part: str) -> None:
    lines = difflib.unified_diff(
        old.get(part, "").splitlines(), new.get(part, "").splitlines(), was, now, lineterm=""
    )
    print("\n" + "\n".join(lines))
