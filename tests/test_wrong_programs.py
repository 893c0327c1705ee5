"""Each known wrong program fails the tasks that it must, no other, and is told its mistake.

Up to 28 programs a lesson are graded, evenly spread, four of them as a whole; of others only the
first task that they must fail is run, and what their mistake is known by. `make catalogue` grades
every program as a whole, and with -k any of them can be asked for.

A program that failed too much, or escaped, is graded once more: on a busy machine one that spins
can starve itself, and a race can end the other way. `make catalogue` lets none escape.
"""

from pathlib import Path

import pytest

from grader.results import GRADED, NOT_RUN, PASSED, LessonResult
from tests.conftest import FEEDBACK, LIKELY
from tests.known import feedback, likely_figure
from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words, lesson_of, unexcused

A_LESSON = 28
WHOLE_A_LESSON = 4


def spread(number: int, lesson_id: str) -> list[Program]:
    """Return so many programs of one lesson, evenly spread; all if there are no more."""
    known = programs("wrong", lesson_id)
    number = min(number, len(known))
    return [known[n * len(known) // number] for n in range(number)]


LESSONS = sorted({program.lesson_id for program in programs("wrong")})
WHOLE = {program.id for name in LESSONS for program in spread(WHOLE_A_LESSON, name)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the programs: some of each lesson, or all when they are asked for."""
    asked = metafunc.config.getoption("whole_catalogue") or metafunc.config.option.keyword
    chosen = [one for name in LESSONS for one in spread(A_LESSON, name)]
    known = programs("wrong") if asked else chosen
    metafunc.parametrize("program", known, ids=lambda p: f"{p.id}-{p.name}")


def test_it_fails_what_it_must_and_is_told_why(
    program: Program, tmp_path: Path, whole_catalogue: bool, keep_feedback: bool, record_property
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
    note_what_is_told(program, result, record_property, keep_feedback)


def note_what_is_told(program: Program, result: LessonResult, note, keep_feedback: bool) -> None:
    """Note it for the end of the run; compare it with what a person has read."""
    for row in likely_figure.rows(program, result):
        note(LIKELY, row)
    text = feedback.told(program, result)
    note(FEEDBACK, (program.lesson_id, program.id, program.name, text))
    if not keep_feedback:
        golden = feedback.kept(program)
        assert golden, f"{program.where}: make feedback, and read what it says there"
        assert feedback.story(text) == feedback.story(golden), f"{program.where}\n{text}"


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
