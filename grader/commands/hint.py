"""Show a hint for a task: 1 is a question, 2 the approach, 3 nearly the code."""

import argparse
import textwrap

from grader.course.catalogue import find_task
from grader.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("task", metavar="TASK", help="such as 4.2")
    parser.add_argument("--level", type=int, default=1, choices=(1, 2, 3))


def run(options: argparse.Namespace) -> int:
    """Print one hint."""
    if "." not in options.task:
        raise UserError(f"{options.task!r} is a lesson; a task has a point in it, such as 4.2")
    lesson, name = find_task(options.task)
    task = lesson.by_id[name]
    print(f"{task.id}  {task.title}    (hint {options.level} of 3)\n")
    for line in task.hints[options.level - 1].strip().splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        code = line.startswith("    ")
        print(line if code else textwrap.fill(line, 78, subsequent_indent=indent))
    if options.level < 3:
        print(f"\nMore: python -m grader hint {task.id} --level {options.level + 1}")
    else:
        print(f'\nStill stuck? lessons/{lesson.id}/README.md, "{task.read}"')
    return 0
