"""Each known wrong program fails the tasks that it must, no other, and is told its mistake.

Four programs a lesson are graded as a whole; of the others only the first task that they must
fail is run, and what their mistake is known by. `make catalogue` grades all of them as a whole.

A program that failed too much, or escaped, is graded once more: on a busy machine one that spins
can starve itself, and a race can end the other way. `make catalogue` lets none escape.
"""

from pathlib import Path

import pytest

from grader.results import GRADED, NOT_RUN, PASSED, LessonResult
from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words, lesson_of, unexcused

WHOLE_A_LESSON = 4


def spread(lesson_id: str) -> set[str]:
    """Return the ids of the programs of one lesson that are graded as a whole, evenly spread."""
    ids = [program.id for program in programs("wrong", lesson_id)]
    return {ids[n * len(ids) // WHOLE_A_LESSON] for n in range(min(WHOLE_A_LESSON, len(ids)))}


LESSONS = sorted({program.lesson_id for program in programs("wrong")})
WHOLE = {name for lesson_id in LESSONS for name in spread(lesson_id)}


@pytest.mark.parametrize("program", programs("wrong"), ids=lambda p: f"{p.id}-{p.name}")
def test_it_fails_what_it_must_and_is_told_why(
    program: Program, tmp_path: Path, whole_catalogue: bool
) -> None:
    tasks = () if whole_catalogue or program.id in WHOLE else telling_tasks(program)
    result = graded(program, tmp_path / "once", tasks)
    at_odds = surplus(program, result)
    if not whole_catalogue:
        at_odds |= lacking(program, result, tasks) or mistold(program, result)
    if at_odds:
        result = graded(program, tmp_path / "twice", tasks)
    words = f"{program.where}\n{in_words(result)}"
    assert result.state == GRADED, words
    escaped = lacking(program, result, tasks)
    assert not escaped, f"it must fail {escaped} too\n{words}"
    assert not surplus(program, result), f"too many: {surplus(program, result)}\n{words}"
    assert not unexcused(result), f"not run without a reason\n{words}"
    assert not mistold(program, result), f"{mistold(program, result)} names another one\n{words}"


def telling_tasks(program: Program) -> tuple[str, ...]:
    """Return the first task that the program must fail, and those its mistake is known by."""
    lesson = lesson_of(program)
    mistake = next(one for one in lesson.mistakes if one.id == program.likely)
    first = next(task.id for task in lesson.tasks if task.id in program.fails)
    telling = {first, *mistake.failed, *mistake.passed}
    return tuple(task.id for task in lesson.tasks if task.id in telling)


def mistold(program: Program, result: LessonResult) -> set[str]:
    """Return the first task that it must fail if another mistake, or none, is named there."""
    first = next(task for task in result.tasks if task.id in program.fails)
    told = first.likely == program.likely and program.says in first.says
    return set() if told else {first.id}


def failing(result: LessonResult) -> list[str]:
    """Return the ids of the tasks that were run and not passed, in the lesson's order."""
    return [task.id for task in result.tasks if task.state not in (PASSED, NOT_RUN)]


def lacking(program: Program, result: LessonResult, tasks: tuple[str, ...]) -> set[str]:
    """Return the tasks that it must fail and did not. tasks: those that were run; none: all."""
    must = set(program.fails) & set(tasks) if tasks else set(program.fails)
    return must - set(failing(result))


def surplus(program: Program, result: LessonResult) -> set[str]:
    """Return the tasks that the program failed and has no right to fail."""
    return set(failing(result)) - set(program.fails) - set(program.may_fail)
