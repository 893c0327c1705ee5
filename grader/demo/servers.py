"""Starts servers for a demonstration, a lesson's solution or another, each on a free port.

The rule: behind the `with` nothing runs any more and no connection is open. Only for the thread
that runs the notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.course.catalogue import SOLUTION, find_lesson
from grader.wire.server import Server
from grader.wire.stage import Stage

SLOWNESS = 4.0  # a laptop with a projector has other things to do; see grader/wire/patience.py


@contextmanager
def server_of(lesson: str, *options: str) -> Iterator[Server]:
    """Run the server of this lesson's solution (`01_echo`, or `1`) while the `with` lasts.

    options: words for its command line. Raises UserError for a lesson that there is not.
    """
    with server_in(SOLUTION / find_lesson(lesson).id, *options) as server:
        yield server


@contextmanager
def server_in(folder: Path, *options: str) -> Iterator[Server]:
    """Run the server.py of this folder, laid out like a stage, while the `with` lasts.

    options: words for its command line. Raises WireFailure when it is not there, or not ready.
    """
    stage = Stage(folder.resolve(), SLOWNESS)
    try:
        yield Server(stage, *options)
    finally:
        stage.close()
