"""Which files of the grader some files need: those that they import, or start by name."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course.catalogue import KIT

GRADER = KIT / "grader"


def files_reached(first: Iterable[Path]) -> set[Path]:
    """Return these files, and those of the grader that they need, directly or not.

    Needed is what is imported anywhere in a file, and what a string of it names: a module, as
    `python -m` and pytest want it, or a program or facts of the grader that lie beside it.
    """
    reached: set[Path] = set()
    waiting = list(first)
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += _needed_by(path)
    return reached


def _needed_by(path: Path) -> Iterator[Path]:
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for name in _named_in(node):
            yield from _files_of(name)
            beside = path.parent / name
            if name.endswith((".py", ".toml")) and GRADER in beside.parents and beside.is_file():
                yield beside


def _named_in(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
        return [node.value]
    return []


def _files_of(module: str) -> Iterator[Path]:
    """Yield the files that make up `grader.part.module`, with the packages that it lies in."""
    place = KIT
    for part in module.split(".") if module.startswith("grader") else ():
        place /= part
        beside = place.with_suffix(".py")
        packages = (place / name for name in ("__init__.py", "__main__.py"))
        yield from (path for path in (beside, *packages) if path.is_file())
