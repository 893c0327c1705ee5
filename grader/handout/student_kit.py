"""The students' kit: lessons, and as much of the grader as checks them. No solutions.

The rule: a starter is made from the solution at this moment, so that what somebody has written
into `lessons/` is never handed out. The starter of the next lesson goes on from the solution of
this one: who is not to see that yet gets the next lesson later, in a kit that is unpacked over the
first one and touches no other lesson.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from grader.course.catalogue import KIT, LESSONS, all_lessons
from grader.course.lesson import Lesson
from grader.course.stages import made_files
from grader.handout.archive import write_archive
from grader.handout.reached import files_reached

FOLDER = "echo-to-chat"  # the one in the zip
COMMANDS = ("check", "hint", "diff", "run", "doctor")  # of the grader
TARGETS = ("help", "core", "check", "hint", "diff", "doctor")  # of the Makefile
SETTINGS = ("PY ", "RUN ")
ALONE = (
    *("LICENSE", "pyproject.toml", ".gitignore", "requirements/core.lock"),
    *("lessons/README.md", ".devcontainer/devcontainer.json"),
)
HAND_OUT = LESSONS / "hand-out"
FOR_STUDENTS = {"README.md": "README.md", ".github/workflows/check.yml": "check.yml"}


def write_student_kit(path: Path, lessons: Sequence[Lesson]) -> None:
    """Write the zip for these lessons. Raises UserError that names the file."""
    members = student_kit(lessons)
    write_archive(path, {f"{FOLDER}/{name}": members[name] for name in sorted(members)})


def student_kit(lessons: Sequence[Lesson]) -> dict[str, bytes]:
    """Return every file of the kit by its name."""
    plain = [KIT / name for name in ALONE]
    plain += grader_files()
    plain += [path for one in lessons for path in (one.suite, *one.folder.glob("*.toml"))]
    members = {path.relative_to(KIT).as_posix(): path.read_bytes() for path in plain}
    for lesson in lessons:
        members |= _lesson_files(lesson)
    members |= {name: (HAND_OUT / source).read_bytes() for name, source in FOR_STUDENTS.items()}
    makefile = (KIT / "Makefile").read_text(encoding="utf-8")
    return members | {"Makefile": _student_makefile(makefile).encode()}


def grader_files() -> set[Path]:
    """Return the files of the grader that checking needs, whichever lessons come later."""
    grader = KIT / "grader"
    commands = [grader / "commands" / f"{name}.py" for name in COMMANDS]
    suites = [lesson.suite for lesson in all_lessons()]
    first = [grader / "bootstrap.py", grader / "__main__.py", *commands, *suites]
    return files_reached(first) - {*suites}


def _lesson_files(lesson: Lesson) -> dict[str, bytes]:
    """Return the text and the starter of a lesson."""
    made = {path: text for path, text in made_files(lesson).items() if LESSONS in path.parents}
    return {path.relative_to(KIT).as_posix(): text.encode() for path, text in made.items()}


def _student_makefile(text: str) -> str:
    """Return the kit's Makefile without the settings and targets that students do not have."""
    head, *targets = re.split(r"\n\n(?=[a-z]+:)", text.rstrip("\n"))
    lines = [line for line in head.splitlines() if line.startswith(("#", *SETTINGS))]
    kept = [target for target in targets if target.partition(":")[0] in TARGETS]
    return "\n\n".join(["\n".join([*lines, "", f".PHONY: {' '.join(TARGETS)}"]), *kept]) + "\n"
