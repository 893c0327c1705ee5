"""One pytest process that runs a suite, forked from a process that has imported pytest already.

Importing pytest and hypothesis takes half a second, as long as a small suite. Where there is
no fork (Windows), a suite starts from nothing.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from multiprocessing.context import BaseContext
from pathlib import Path

PRELOADED = ["hypothesis", "psutil", "pytest", "grader.suite.plugin"]
INTERRUPT = signal.SIGINT if os.name == "posix" else signal.SIGTERM
END_SECONDS = 5.0  # for a suite that was interrupted to clean up


def _context() -> BaseContext:
    if os.name != "posix":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


CONTEXT = _context()


class SuiteProcess:
    """A suite that has been started. words: for pytest; printed: takes all that it prints."""

    def __init__(self, words: Sequence[str], folder: Path, printed: Path) -> None:
        arguments = (list(words), str(folder), str(printed))
        self.process = CONTEXT.Process(target=_run, args=arguments)  # type: ignore[attr-defined]
        self.process.start()

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so long; return whether it has ended."""
        self.process.join(seconds)
        return not self.process.is_alive()

    def end(self) -> None:
        """Interrupt it, so that it can end its programs; kill it if it does not heed."""
        if self.process.is_alive() and self.process.pid is not None:
            os.kill(self.process.pid, INTERRUPT)
            if not self.wait(END_SECONDS):
                self.process.kill()


def _run(words: list[str], folder: str, printed: str) -> None:
    """Be that process."""
    if os.name == "posix":
        os.setsid()  # Ctrl-C is for the grader, which ends its suites itself
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(folder)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    if folder not in sys.path:
        sys.path.insert(0, folder)
    descriptor = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, descriptor), (2, descriptor)):
        os.dup2(source, target)
    import pytest

    status = pytest.main(words)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status))
