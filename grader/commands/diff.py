"""Show what a lesson changes in the program since the lesson before."""

import argparse
import difflib
from pathlib import Path

from grader.course.catalogue import find_lesson, stage_before
from grader.course.changes import change_list
from grader.course.parts import parts
from grader.errors import UserError


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
        old, new = _parts_of(before.folder / name), _parts_of(lesson.folder / name)
        for part in changed:
            _show(f"{before.id}/{name} {part}", f"{lesson.id}/{name} {part}", old, new, part)
    return 0


def _parts_of(path: Path) -> dict[str, str]:
    """Return the parts of a file in lessons/, which a student may just be writing."""
    try:
        return parts(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is not there: diff compares the files of the lessons") from None
    except SyntaxError as error:
        line = f", line {error.lineno}" if error.lineno else ""
        raise UserError(f"{path}{line}: {error.msg}; mend that first") from None
    except ValueError:  # other bytes than UTF-8; a NUL
        raise UserError(f"{path} is not a text in UTF-8; save it as one") from None


def _show(was: str, now: str, old: dict[str, str], new: dict[str, str], part: str) -> None:
    lines = difflib.unified_diff(
        old.get(part, "").splitlines(), new.get(part, "").splitlines(), was, now, lineterm=""
    )
    print("\n" + "\n".join(lines))
