"""Each program that keeps the contract, however oddly it is built, earns full marks."""

from pathlib import Path

import pytest

from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words


@pytest.mark.parametrize("program", programs("odd"), ids=lambda p: f"{p.id}-{p.name}")
def test_it_earns_full_marks(program: Program, tmp_path: Path) -> None:
    if not program.is_at_home:
        pytest.skip(f"this machine has no {program.needs_command}")
    result = graded(program, tmp_path)
    assert result.points == result.max_points, f"{program.where}\n{in_words(result)}"
