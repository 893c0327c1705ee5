"""Starts servers for a demonstration, a lesson's solution or another, each on a free port.

The rule: behind the `with` nothing runs any more and no connection is open. Only for the thread
that runs the notebook.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.demo.changed import Change, copy_of
from grader.wire.server import Server
from grader.wire.stage import Stage

SLOWNESS = 4.0  # a laptop with a projector has other things to do; see grader/wire/patience.py


@contextmanager
def server_of(lesson: str, *options: str, changes: Sequence[Change] = ()) -> Iterator[Server]:
    """Run the server of this lesson's solution (`01_echo`, or `1`) while the `with` lasts.

    options: words for its command line. changes: see changed.py. Raises UserError for a lesson
    that there is not.
    """
    with copy_of(lesson, changes) as folder, server_in(folder, *options) as server:
        yield server


@contextmanager
def server_in(folder: Path, *options: str) -> Iterator[Server]:
    """Run the server.py of this folder, laid out like a stage, while the `with` lasts.

    options: words for its command line. Raises WireFailure when it is not there, or not ready.
    """
    stage = Stage(folder.resolve(), SLOWNESS)
    try:
        yield Server(stage, *options, stdin=subprocess.PIPE)
    finally:
        stage.close()
