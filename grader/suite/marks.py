"""The mark that makes a test function a task of the course."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

Test = TypeVar("Test", bound=Callable[..., None])


def task(task_id: str, *, needs: Sequence[str] = ()) -> Callable[[Test], Test]:
    """Mark a test as the task with this id in the lesson's `lesson.toml`.

    needs: tasks that must have passed, or this one is not run (state not_run). The points
    stand in lesson.toml, next to the title and the hints.
    """
    return pytest.mark.task(task_id, tuple(needs))
