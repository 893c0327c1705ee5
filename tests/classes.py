"""Small classes for the tests, and the command that grades them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psutil

from grader.course.catalogue import KIT, SOLUTION
from grader.document import read_document
from grader.results import LessonResult

ENDS_AT_ONCE = "raise SystemExit('no server yet')\n"  # a suite is soon done with it
SLEEPER = "import time\n\ntime.sleep(1000)\n"
FLOODER = "while True:\n    print('x' * 60_000)\n"
FORKER = """import os
import time

for _ in range(60):  # bounded, so that it can be graded without a box
    if os.fork() == 0:
        break
time.sleep(1000)
"""


def hands_in(class_folder: Path, name: str, source: str, lesson: str = "01_echo") -> Path:
    """Make a submission whose server and client are both this program; return its server."""
    place = class_folder / name / lesson
    place.mkdir(parents=True, exist_ok=True)
    for file in ("client.py", "server.py"):
        (place / file).write_text(source)
    return place / "server.py"


def hands_in_a_solution(class_folder: Path, name: str, remark: str = "") -> None:
    """Make a submission that is right, and for a remark of its own like that of others."""
    place = class_folder / name / "01_echo"
    shutil.copytree(SOLUTION / "01_echo", place, ignore=shutil.ignore_patterns("__pycache__"))
    with (place / "server.py").open("a") as file:
        file.write(f"# {remark}\n")


def words(class_folder: Path, out: Path, *more: str) -> list[str]:
    """Return the command that grades this class."""
    return [sys.executable, "-m", "grader", "grade", str(class_folder), "--out", str(out), *more]


def grade(
    class_folder: Path, out: Path, *more: str, timeout: float = 300
) -> subprocess.CompletedProcess[str]:
    """Grade a class with lesson 1, if no other is named, to the end."""
    lesson = () if "--lesson" in more else ("--lesson", "1")
    command = words(class_folder, out, *lesson, *more)
    return subprocess.run(
        command, cwd=KIT, capture_output=True, text=True, timeout=timeout, check=False
    )


def start(class_folder: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    """Start to grade a class with lesson 1; its stdout is a pipe."""
    command = words(class_folder, out, "--lesson", "1", *more)
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=KIT, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    )


def lessons(out: Path) -> dict[tuple[str, str], LessonResult]:
    """Return the results by submission and lesson."""
    document = read_document(out / "results.json")
    return {(one.id, lesson.id): lesson for one in document.submissions for lesson in one.lessons}


def graded_lines(stdout: str) -> list[str]:
    """Return the lines that tell of a lesson that was graded."""
    return [line for line in stdout.splitlines() if line.endswith(" s") and "/" in line[:9]]


def family(pid: int) -> list[psutil.Process]:
    """Return all processes that this one has started, with those that they have."""
    return psutil.Process(pid).children(recursive=True)


def still_there(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Return those that do not end, though they are given time to."""
    return psutil.wait_procs(processes, timeout=20)[1]
