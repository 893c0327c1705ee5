"""Each known wrong program fails the tasks that it must, no other, and is told its mistake."""

from pathlib import Path

import pytest

from grader.results import GRADED, NOT_RUN, PASSED, LessonResult
from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words, unexcused


@pytest.mark.parametrize("program", programs("wrong"), ids=lambda p: f"{p.id}-{p.name}")
def test_it_fails_what_it_must_and_is_told_why(program: Program, tmp_path: Path) -> None:
    result = graded(program, tmp_path / "once")
    if surplus(program, result):  # one that spins can starve itself on a busy machine
        result = graded(program, tmp_path / "twice")
    words = f"{program.where}\n{in_words(result)}"
    assert result.state == GRADED, words
    lacking = set(program.fails) - set(failing(result))
    assert not lacking, f"it must fail {lacking} as well\n{words}"
    assert not surplus(program, result), f"too many: {surplus(program, result)}\n{words}"
    assert not unexcused(result), f"not run without a reason\n{words}"
    first = next(task for task in result.tasks if task.id in program.fails)
    assert first.likely == program.likely, f"{first.id} names {first.likely or 'nothing'}\n{words}"
    assert program.says in first.says, words


def failing(result: LessonResult) -> list[str]:
    """Return the ids of the tasks that were run and not passed, in the lesson's order."""
    return [task.id for task in result.tasks if task.state not in (PASSED, NOT_RUN)]


def surplus(program: Program, result: LessonResult) -> set[str]:
    """Return the tasks that the program failed and has no right to fail."""
    return set(failing(result)) - set(program.fails) - set(program.may_fail)
