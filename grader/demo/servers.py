"""Starts the programs of a lesson's solution for a demonstration, each on a free port.

The rule: behind the `with` nothing runs any more and no connection is open. Only for the thread
that runs the notebook.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

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
    with copy_of(lesson, changes) as folder:
        stage = Stage(folder, SLOWNESS)
        try:
            yield Server(stage, *options, stdin=subprocess.PIPE)
        finally:
            stage.close()
