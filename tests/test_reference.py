"""The reference earns full marks, starters little, and each stage fails the next suite."""

import shutil

import pytest

from grader.box.levels import best_level
from grader.course.catalogue import LESSONS, SOLUTION, all_lessons
from grader.judging.run import Job, run_lesson
from grader.results import GRADED
from grader.wire.client import Client
from grader.wire.patience import measured_slowness
from grader.wire.process import NO_STDIN
from grader.wire.scripted import ScriptedServer
from grader.wire.stage import Stage

ALL = all_lessons()
SLOWNESS = measured_slowness()


def graded(lesson, submission, tasks=()):
    """Grade one lesson, or these tasks of it, as check does."""
    return run_lesson(Job(lesson, submission, tasks, slowness=SLOWNESS, box=best_level()))


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.id)
def test_the_reference_solution_earns_full_marks(lesson):
    result = graded(lesson, SOLUTION)
    lost = [f"{task.id}: {task.message} {task.detail}" for task in result.tasks if not task.points]
    assert lost == []
    assert result.points == result.max_points == lesson.points


@pytest.mark.parametrize("lesson", ALL, ids=lambda lesson: lesson.id)
def test_the_starter_earns_less_than_half_and_never_breaks_the_grader(lesson):
    result = graded(lesson, LESSONS)
    assert result.state == GRADED
    assert 2 * result.points < result.max_points
    assert any("TODO" in line for task in result.failed for line in task.tail)
    assert result.seconds < 20, "a crash is not waited for"


@pytest.mark.parametrize("lesson", ALL[1:], ids=lambda lesson: lesson.id)
def test_the_stage_before_fails_what_is_written_now(lesson, tmp_path):
    before = ALL[ALL.index(lesson) - 1]
    shutil.copytree(SOLUTION / before.id, tmp_path / lesson.id)
    written = {task for holes in lesson.holes.values() for task in holes.values()}
    result = graded(lesson, tmp_path, tuple(written))
    assert result.state == GRADED
    assert result.points < result.max_points


def test_the_first_client_without_a_keyboard_has_nothing_to_say():
    """From lesson 05 on a task asks for it; nobody is ever shown a traceback before, either."""
    stage = Stage(SOLUTION / "01_echo", SLOWNESS)
    try:
        scripted = ScriptedServer(stage)
        client = Client(stage, "--port", str(scripted.port), stdin=NO_STDIN)
        scripted.accepts().gets_hung_up_on()
        client.ends(0)
        client.has_printed_nothing_more()
        stage.check_at_the_end()
    finally:
        stage.close()
