"""The autograder zip for Gradescope: two scripts at its root, and what they need of the kit.

The rule: what is in the kit only to be read or shown stays out, and so does every solution
that no chosen suite talks to.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course.catalogue import KIT, SOLUTION
from grader.course.lesson import Lesson
from grader.handout.archive import write_archive

SCRIPTS = Path(__file__).with_name("autograder")
RUN_BY_GRADESCOPE = ("setup.sh", "run_autograder")
ALONE = ("pyproject.toml", "LICENSE", "requirements/core.lock")
CACHES = "__pycache__"
CONSENT = "yes-unsafe"  # its presence tells run_autograder to grade without a sandbox


def write_autograder(path: Path, lessons: Sequence[Lesson], unsafe: bool = False) -> None:
    """Write the zip for these lessons. Raises UserError that names the file.

    unsafe: grade also where the container lets no sandbox be made.
    """
    files = {name: SCRIPTS / name for name in RUN_BY_GRADESCOPE}
    files |= {file.relative_to(KIT).as_posix(): file for file in kit_files(lessons)}
    members = {name: file.read_bytes() for name, file in files.items()}
    if unsafe:
        members[CONSENT] = b""
    write_archive(path, members, RUN_BY_GRADESCOPE)


def kit_files(lessons: Sequence[Lesson]) -> Iterator[Path]:
    """Yield the kit's files that grading these lessons needs."""
    yield from (KIT / name for name in ALONE)
    yield from _below(KIT / "grader")
    for lesson in lessons:
        yield from (path for path in _below(lesson.folder) if path.suffix in (".py", ".toml"))
    for stage in sorted({name for lesson in lessons for name in stages_met(lesson)}):
        yield from (path for path in _below(SOLUTION / stage) if path.suffix == ".py")


def stages_met(lesson: Lesson) -> set[str]:
    """Return the stages of the solution that the suite starts, as it names them."""
    stages = {path.name for path in SOLUTION.iterdir()}
    tree = ast.parse(lesson.suite.read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {word for word in words if isinstance(word, str)} & stages


def _below(folder: Path) -> list[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if CACHES not in path.parts and not path.name.startswith(".")]
