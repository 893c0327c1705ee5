"""Each known wrong program fails the tasks that it must, no other, and is told its mistake."""

from pathlib import Path

import pytest

from grader.results import GRADED, NOT_RUN, PASSED
from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words, unexcused


@pytest.mark.parametrize("program", programs("wrong"), ids=lambda p: f"{p.id}-{p.name}")
def test_it_fails_what_it_must_and_is_told_why(program: Program, tmp_path: Path) -> None:
    result = graded(program, tmp_path)
    words = f"{program.where}\n{in_words(result)}"
    assert result.state == GRADED, words
    failing = [task.id for task in result.tasks if task.state not in (PASSED, NOT_RUN)]
    surplus, lacking = set(failing) - set(program.fails), set(program.fails) - set(failing)
    assert not surplus and not lacking, f"too many: {surplus}, missing: {lacking}\n{words}"
    assert not unexcused(result), f"not run without a reason\n{words}"
    first = next(task for task in result.tasks if task.id == failing[0])
    assert first.likely == program.likely, f"{first.id} names {first.likely or 'nothing'}\n{words}"
    assert program.says in first.says, words
