"""Each program that keeps the contract, however oddly it is built, earns full marks.

Those marked as extra are left to `make catalogue`; with -k any of them can be asked for.
"""

from pathlib import Path

import pytest

from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the programs: all when they are asked for, else those that are not extra."""
    asked = metafunc.config.getoption("whole_catalogue") or metafunc.config.option.keyword
    chosen = [program for program in programs("odd") if asked or not program.extra]
    metafunc.parametrize("program", chosen, ids=lambda p: f"{p.id}-{p.name}")


def test_it_earns_full_marks(program: Program, tmp_path: Path) -> None:
    if not program.is_at_home:
        pytest.skip(f"this machine has no {program.needs_command}")
    result = graded(program, tmp_path)
    assert result.points == result.max_points, f"{program.where}\n{in_words(result)}"
