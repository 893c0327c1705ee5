"""Which part of the grader may know which, and who may not know each other at all."""

import ast
from pathlib import Path

import pytest

from grader.course.catalogue import KIT

# A part may import itself, the parts named here, and the plain values of ANYBODYS.
ARROWS = {
    "box": set(),
    "wire": {"box"},
    "course": set(),
    "suite": {"box", "wire", "course", "judging", "report"},
    "judging": {"box", "wire", "course"},
    "classrun": {"box", "course", "judging", "wire"},
    "report": {"course", "wire"},
    "handover": {"report"},
    "handout": {"course"},
    "demo": {"course", "wire", "report"},
    "commands": {"box", "course", "judging", "classrun", "report", "handover", "handout", "wire"},
}
ANYBODYS = {
    "spreadsheet", "errors", "plain", "results", "document", "submission", "terminal", "visible",
    "__init__",
}  # fmt: skip
WIRE_FOR_REPORTS = {"grader.wire.transcript", "grader.wire.hardships"}  # data, not a wire
WIRE_FOR_RUNS = {"grader.wire.patience"}  # how slow this machine is


def imports(path: Path) -> set[str]:
    """Return the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


MODULES = sorted((KIT / "grader").glob("*/*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_arrows_point_one_way(path):
    part = path.parent.name
    for module in imports(path):
        top, _, rest = module.partition(".")
        assert top not in ("lessons", "reference_solution", "tests"), f"{path.name}: {module}"
        if top != "grader" or not rest:
            continue
        target = rest.partition(".")[0]
        assert target in {part, *ARROWS[part], *ANYBODYS}, f"{part} must not know {module}"
        if part == "report" and target == "wire":
            assert module in WIRE_FOR_REPORTS, module
        if part in ("judging", "classrun", "commands") and target == "wire":
            assert module in WIRE_FOR_RUNS, module


@pytest.mark.parametrize("folder", ["reference_solution", "lessons"])
def test_programs_do_not_know_the_grader(folder):
    for path in (KIT / folder).rglob("*.py"):
        if not path.name.startswith("test_"):
            assert not any(module.startswith("grader") for module in imports(path)), path


SUITES_KNOW = ("grader.suite", "grader.wire", "hypothesis", "base64", "itertools")


def test_suites_know_only_the_harness():
    for path in (KIT / "lessons").glob("*/test_*.py"):
        for module in imports(path):
            assert module.startswith(SUITES_KNOW), f"{path.name}: {module}"
