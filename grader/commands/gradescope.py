"""Make an autograder zip for a Gradescope assignment.

With no --lesson: the whole course. The container needs the network while it is built.
"""

import argparse
from pathlib import Path

from grader.course.catalogue import lessons_named
from grader.handout.autograder_zip import write_autograder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("--lesson", action="append", default=[], metavar="N", help="only this one")
    parser.add_argument("--out", type=Path, default=Path("out/autograder.zip"), metavar="FILE")
    unsafe = "grade even where the container allows no sandbox: programs have the grader's rights"
    parser.add_argument("--yes-unsafe", action="store_true", help=unsafe)


def run(options: argparse.Namespace) -> int:
    """Write the zip, and say what to do with it."""
    lessons = lessons_named(options.lesson)
    write_autograder(options.out, lessons, options.yes_unsafe)
    points = sum(lesson.points for lesson in lessons)
    print(f"Wrote {options.out} ({options.out.stat().st_size // 1024} KiB).")
    print(f"Upload it under Configure Autograder; the assignment is worth {points} points.")
    return 0
