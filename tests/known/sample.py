"""Makes the sample class that `make grade` grades: submissions built from the known programs.

`sample_class.toml` beside this file says who hands in what. The class is committed, so that
it can be looked at; a test says when it is out of step, and `make sample` makes it again.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from tests.known.catalogue import KNOWN, SOLUTION, build, programs

KIT = KNOWN.parents[1]
CLASS = KNOWN.parent / "sample_class"
RECIPE = KNOWN / "sample_class.toml"


def make_class(target: Path) -> None:
    """Write the whole class below `target`, which must not be there yet."""
    recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    target.mkdir(parents=True)
    (target / "README.md").write_text(recipe["readme"].lstrip(), encoding="utf-8", newline="\n")
    for student in recipe["student"]:
        _make(student, target / student["name"])


def _make(student: dict[str, Any], folder: Path) -> None:
    for lesson, what in student["hands_in"].items():
        place = folder / lesson
        if what == "solution":
            _copy(SOLUTION / lesson, place)
        elif what == "starter":
            _copy(KIT / "lessons" / lesson, place)
        else:
            _build(lesson, what, folder)
        for name in student.get("without", {}).get(lesson, ()):
            (place / name).unlink()
        for name, text in student.get("with", {}).get(lesson, {}).items():
            (place / name).write_text(text, encoding="utf-8", newline="\n")


def _copy(source: Path, place: Path) -> None:
    place.mkdir(parents=True)
    for path in sorted(source.glob("*.py")):
        if not path.name.startswith("test_"):
            shutil.copyfile(path, place / path.name)


def _build(lesson: str, name: str, folder: Path) -> None:
    every = [*programs("wrong", lesson), *programs("odd", lesson)]
    known = next((program for program in every if program.name == name), None)
    if known is None:
        raise SystemExit(f"{RECIPE.name}: lesson {lesson} has no known program {name!r}")
    with tempfile.TemporaryDirectory() as scratch:
        built = build(known, Path(scratch) / "built")
        shutil.copytree(built / lesson, folder / lesson)


def contents(folder: Path) -> dict[str, str]:
    """Return every file below the folder by its relative name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if "__pycache__" not in path.parts
    }


def main() -> int:
    """Make the class again in its place."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "class"
        make_class(made)
        if CLASS.is_dir() and contents(CLASS) == contents(made):
            print("the sample class is in step")
            return 0
        shutil.rmtree(CLASS, ignore_errors=True)
        shutil.copytree(made, CLASS)
    print(f"made {CLASS.relative_to(KIT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
