"""Make the students' kit: a zip with the lessons and without the solutions.

A starter goes on from the solution of the lesson before, so it shows that one: with --lessons
you hand out a part of the course. The rest is unpacked over it later, and touches no other lesson.
"""

import argparse
from pathlib import Path

from grader.course.catalogue import all_lessons, find_lesson
from grader.course.lesson import Lesson
from grader.errors import UserError
from grader.handout.student_kit import write_student_kit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("--lessons", metavar="A-B", help="only these, such as 1-4 (default: all)")
    parser.add_argument("--out", type=Path, default=Path("out/student-kit.zip"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """Write the zip, and say what is in it."""
    lessons = all_lessons() if options.lessons is None else from_to(options.lessons)
    write_student_kit(options.out, lessons)
    size = options.out.stat().st_size // 1024
    many = f" to {lessons[-1].id}" if len(lessons) > 1 else ""
    print(f"Wrote {options.out} ({size} KiB): {lessons[0].id}{many}, without solutions.")
    if many:
        print("A starter shows the solution of the lesson before; --lessons hands out a part.")
    return 0


def from_to(words: str) -> list[Lesson]:
    """Return the lessons from A to B, or A alone. Raises UserError."""
    first, dash, last = words.partition("-")
    begin, end = find_lesson(first), find_lesson(last if dash else first)
    chosen = [one for one in all_lessons() if begin.number <= one.number <= end.number]
    if not chosen:
        raise UserError(f"--lessons {words}: from the earlier to the later one, such as 1-4")
    return chosen
