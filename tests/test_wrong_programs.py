"""Each known wrong program fails the tasks that it must, no other, and is told its mistake.

For every task one program is graded that must fail it: its first task that it must fail, and what
its mistake is known by; one of each lesson is graded as a whole. `make catalogue` grades every
program as a whole, and with -k any of them can be asked for.

A program that failed too much, or escaped, is graded once more: on a busy machine one that spins
can starve itself, and a race can end the other way. `make catalogue` lets none escape. The end of
a run says who that was, so that a flake cannot hide there.
"""

from pathlib import Path

import pytest

from grader.course.catalogue import all_lessons
from grader.course.lesson import Lesson
from grader.results import GRADED, NOT_RUN, PASSED, LessonResult
from tests.conftest import AGAIN, FEEDBACK, LIKELY
from tests.known import feedback, likely_figure
from tests.known.catalogue import Program, programs
from tests.known.grading import graded, in_words, lesson_of, unexcused


def first_task(program: Program) -> str:
    """Return the first task that the program must fail, in the lesson's order."""
    return next(task.id for task in lesson_of(program).tasks if task.id in program.fails)


def telling_tasks(program: Program) -> tuple[str, ...]:
    """Return the first task that the program must fail, and those its mistake is known by."""
    lesson = lesson_of(program)
    telling = {first_task(program)}
    for mistake in lesson.mistakes:  # it may be one of an earlier lesson, which has no company
        if mistake.id == program.likely:
            telling |= {*mistake.failed, *mistake.passed}
    return tuple(task.id for task in lesson.tasks if task.id in telling)


def one_a_task(lesson: Lesson) -> dict[str, tuple[str, ...]]:
    """Return programs, by their ids, with the tasks to grade each at: for each task one fails it.

    One of the lesson is graded as a whole: it has no tasks here.
    """
    known = programs("wrong", lesson.id)
    firsts = {first_task(program): program for program in reversed(known)}
    asked = {program.id: telling_tasks(program) for program in firsts.values()}
    for task in lesson.tasks:
        if task.id not in firsts:
            late = next(program for program in known if task.id in program.fails)
            tasks = (*asked.get(late.id, telling_tasks(late)), task.id)
            asked[late.id] = tuple(dict.fromkeys(tasks))
    return asked | {next(iter(asked)): ()}


ASKED = {name: tasks for lesson in all_lessons() for name, tasks in one_a_task(lesson).items()}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the programs: one for each task, or all when they are asked for."""
    asked = metafunc.config.getoption("whole_catalogue") or metafunc.config.option.keyword
    known = [program for program in programs("wrong") if asked or program.id in ASKED]
    metafunc.parametrize("program", known, ids=lambda p: f"{p.id}-{p.name}")


def test_it_fails_what_it_must_and_is_told_why(
    program: Program, tmp_path: Path, whole_catalogue: bool, keep_feedback: bool, record_property
) -> None:
    tasks = () if whole_catalogue else ASKED.get(program.id, telling_tasks(program))
    result = graded(program, tmp_path / "once", tasks)
    at_odds = surplus(program, result)
    if not whole_catalogue:
        at_odds |= lacking(program, result, tasks) or mistold(program, result)
    if at_odds:
        record_property(AGAIN, f"{program.id}, for {', '.join(sorted(at_odds))}")
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


def mistold(program: Program, result: LessonResult) -> set[str]:
    """Return the first task that it must fail if another mistake, or none, is named there."""
    first = next(task for task in result.tasks if task.id in program.fails)
    told = first.likely == program.likely and program.says in first.says
    return set() if told and not first.mend_first else {first.id}


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
