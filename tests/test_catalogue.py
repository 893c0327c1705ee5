"""The catalogue of wrong programs is whole: no task and no known mistake is decoration."""

from pathlib import Path

import pytest

from grader.course.catalogue import LESSONS, all_lessons
from grader.course.lesson import Lesson, load_lesson
from grader.judging.likely import mistakes_anywhere
from tests.known.catalogue import KNOWN, Program, build, programs

LISTED = sorted(path.stem for path in (KNOWN / "wrong").glob("[0-9]*.toml"))
EVERY = [*programs("wrong"), *programs("odd")]


@pytest.fixture(params=LISTED)
def lesson(request: pytest.FixtureRequest) -> Lesson:
    """Each lesson that has a list of wrong programs."""
    return load_lesson(LESSONS / request.param)


def test_there_are_ten_wrong_programs_or_more(lesson: Lesson) -> None:
    assert len(programs("wrong", lesson.id)) >= 10


def test_a_task_that_no_wrong_program_fails_is_decoration(lesson: Lesson) -> None:
    failed = {task for program in programs("wrong", lesson.id) for task in program.fails}
    assert failed == {task.id for task in lesson.tasks}


def test_every_known_mistake_is_made_by_a_wrong_program(lesson: Lesson) -> None:
    named = {program.likely for program in programs("wrong", lesson.id)}
    own = {name for name in named if name.startswith(f"M{lesson.number}.")}
    assert own == {mistake.id for mistake in lesson.mistakes}


def test_every_mistake_of_any_python_program_is_made_by_a_wrong_program() -> None:
    named = {program.likely for program in programs("wrong")}
    assert {name for name in named if name.startswith("M0.")} == {
        mistake.id for mistake in mistakes_anywhere()
    }


def test_the_words_stand_in_the_mistake(lesson: Lesson) -> None:
    before = [one for one in all_lessons() if one.number <= lesson.number]
    known = (*mistakes_anywhere(), *(mistake for one in before for mistake in one.mistakes))
    says = {mistake.id: mistake.says for mistake in known}
    for program in programs("wrong", lesson.id):
        assert program.says and program.says in says[program.likely], program.where


def test_what_a_mistake_says_is_ascii_and_short(lesson: Lesson) -> None:
    for mistake in (*mistakes_anywhere(), *lesson.mistakes):
        assert mistake.says.isascii() and len(mistake.says) <= 300, mistake.id


def test_the_signs_of_a_mistake_are_tasks_of_the_lesson(lesson: Lesson) -> None:
    for mistake in lesson.mistakes:
        tasks = {sign.task for sign in mistake.signs} | {*mistake.failed, *mistake.passed}
        assert tasks <= lesson.by_id.keys(), mistake.id


def test_no_id_and_no_name_is_used_twice() -> None:
    ids = [program.id for program in EVERY]
    names = [(program.lesson_id, program.name) for program in EVERY]
    assert len(set(ids)) == len(ids) and len(set(names)) == len(names)


@pytest.mark.parametrize("program", EVERY, ids=lambda p: f"{p.id}-{p.name}")
def test_it_can_be_built(program: Program, tmp_path: Path) -> None:
    if program.compile and not program.is_at_home:
        pytest.skip(f"this machine has no {program.needs_command}")
    build(program, tmp_path)
    folder = tmp_path / program.lesson_id
    assert any((folder / name).is_file() for name in ("server.py", "client.py"))
