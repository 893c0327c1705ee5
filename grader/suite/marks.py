"""The mark that makes a test function a task of the course."""

import functools
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

import pytest

from grader.wire.failure import WireFailure

Test = TypeVar("Test", bound=Callable[..., None])
Given = ParamSpec("Given")
Made = TypeVar("Made")


def task(task_id: str, *, needs: Sequence[str] = ()) -> Callable[[Test], Test]:
    """Mark a test as the task with this id in the lesson's `lesson.toml`.

    needs: tasks that must have passed, or this one is not run (state not_run). The points
    stand in lesson.toml, next to the title and the hints.
    """
    return pytest.mark.task(task_id, tuple(needs))


def asked_in(task_id: str) -> Callable[[Callable[Given, Made]], Callable[Given, Made]]:
    """Mark a scene as what this task asks; other lessons may play it again in a task of theirs.

    Whoever fails it there is told what that lesson knows of it, or else what is known of this task.
    """

    def mark(scene: Callable[Given, Made]) -> Callable[Given, Made]:
        @functools.wraps(scene)
        def marked(*args: Given.args, **settings: Given.kwargs) -> Made:
            try:
                return scene(*args, **settings)
            except WireFailure as failure:
                failure.scene = task_id
                raise

        return marked

    return mark
