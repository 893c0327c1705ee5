"""Start a program of a lesson: python -m grader run 4 server --port 5555."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from grader.course.catalogue import LESSONS, SOLUTION, find_lesson
from grader.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("lesson", metavar="LESSON", help="such as 4")
    parser.add_argument("program", choices=("server", "client"))
    parser.add_argument("--solution", action="store_true", help="the reference solution, not yours")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="options for the program")


def run(options: argparse.Namespace) -> int:
    """Become the program, in its own folder."""
    lesson = find_lesson(options.lesson)
    rest = list(options.rest)
    solution = options.solution or "--solution" in rest
    rest = [word for word in rest if word not in ("--solution", "--")]
    if solution and not SOLUTION.is_dir():
        raise UserError("this kit came without solutions: write your own, and leave --solution out")
    folder = (SOLUTION if solution else LESSONS) / lesson.id
    file = folder / f"{options.program}.py"
    if not file.is_file():
        has = ", ".join(path.stem for path in _programs(folder))
        raise UserError(f"lesson {lesson.id} has no {options.program}.py; it has {has or 'none'}")
    command = [sys.executable, file.name, *rest]
    os.chdir(folder)
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(sys.executable, command)
    return subprocess.call(command)


def _programs(folder: Path) -> list[Path]:
    return [path for path in (folder / "server.py", folder / "client.py") if path.is_file()]
