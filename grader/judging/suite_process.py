"""One pytest process that runs a suite, forked from a process that has imported pytest already.

Importing pytest and hypothesis takes half a second, as long as a small suite. Where there is
no fork (Windows), a suite starts from nothing.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.context import BaseContext
from pathlib import Path

import psutil

from grader.box.box import open_box
from grader.judging.leftovers import end_processes_of

PRELOADED = [
    *("hypothesis", "psutil", "pytest", "grader.suite.plugin"),
    *("grader.suite.fixtures", "grader.suite.scenes", "grader.suite.starting"),
    "grader.suite.people",
    *("_pytest.junitxml", "_pytest.unittest", "_pytest.pastebin", "_pytest.helpconfig", "pdb"),
]
INTERRUPT = signal.SIGINT if os.name == "posix" else signal.SIGTERM
END_SECONDS = 5.0  # for a suite that was interrupted to clean up
# Until 3.11.3 Python's start() could meet a process that another thread was closing (gh-104536).
ONE_AT_A_TIME = threading.Lock()
ENDED_BY_ITSELF = (0, 1, 2)  # of pytest: all passed, some failed, interrupted


def _context() -> BaseContext:
    if os.name != "posix":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


CONTEXT = _context()


def warm_up() -> None:
    """Begin to import what suites need, in the process from which they will be forked.

    It never hears of Ctrl-C, not even while it starts.
    """
    if os.name == "posix":
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # first: it unblocks Ctrl-C when it has started
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        forkserver.ensure_running()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class SuiteProcess:
    """A suite that has been started. words: for pytest.

    printed: a file that takes all that it prints. scratch: a folder for the temporary files of
    the suite and its programs; whatever was started for it is ended with the suite. level: of
    the box in which it starts programs.
    Raises OSError or EOFError when the process from which suites are forked has just ended.
    """

    def __init__(
        self, words: Sequence[str], folder: Path, printed: Path, scratch: Path, level: str
    ) -> None:
        self.scratch = scratch
        self.over = threading.Event()  # its end was seen
        arguments = (list(words), str(folder), str(printed), str(scratch), level)
        self.process = CONTEXT.Process(target=_run, args=arguments)  # type: ignore[attr-defined]
        warm_up()
        with ONE_AT_A_TIME:
            self.process.start()
        self.pid: int = self.process.pid

    def wait(self, seconds: float) -> bool:
        """Wait for its end, at most so long; return whether it has ended. For one thread only."""
        self.process.join(seconds)
        if not self.process.is_alive():
            self.over.set()
        return self.over.is_set()

    def end(self) -> None:
        """Interrupt it; kill it if it does not end. Only for the thread that waits for it."""
        self.interrupt()
        if not self.wait(END_SECONDS):
            self.kill()
            self.wait(END_SECONDS)

    def interrupt(self) -> None:
        """Let it end its programs and itself. From any thread."""
        with suppress(OSError):  # it has just ended; Windows says so in another way than others
            if not self.over.is_set():
                os.kill(self.pid, INTERRUPT)

    def kill(self) -> None:
        """Kill it, and its programs. From any thread."""
        with suppress(psutil.NoSuchProcess):
            suite = psutil.Process(self.pid)
            family = [suite, *suite.children(recursive=True)]
            for process in [] if self.over.is_set() else family:
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def close(self) -> None:
        """Let go of it. Only once it has ended, or the process that forked it has.

        The suite hears that nobody waits for it any more; programs of a killed one are ended.
        """
        if self.process.exitcode not in ENDED_BY_ITSELF:
            end_processes_of(self.scratch)
        with suppress(ValueError), ONE_AT_A_TIME:  # not even a kill has ended it: it stays behind
            self.process.close()


def _run(words: list[str], folder: str, printed: str, scratch: str, level: str) -> None:
    """Be that process."""
    if os.name == "posix":
        os.setsid()  # Ctrl-C is for the grader, which ends its suites itself
    descriptor = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, descriptor), (2, descriptor)):
        os.dup2(source, target)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.name == "posix":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    gc.freeze()  # what all suites share is not looked at again, and so not copied
    box = open_box(level)  # before there is a second thread
    threading.Thread(target=_end_with_the_grader, daemon=True).start()
    os.chdir(folder)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import pytest

    status = pytest.main(words)
    box.close()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status))


def _end_with_the_grader() -> None:
    """End this suite and its programs when the grader has ended, however it did.

    Its end of a pipe closes then, which nobody can miss or outrun; the kernel's own signal
    (PR_SET_PDEATHSIG) would leave no time to end the programs, and Linux alone has it.
    """
    grader = multiprocessing.parent_process()
    assert grader is not None
    grader.join()
    if os.name == "posix":  # elsewhere that would end us, and nobody the programs
        os.kill(os.getpid(), INTERRUPT)  # the fixtures end their programs
        threading.Event().wait(END_SECONDS)
    for program in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            program.kill()
    os._exit(1)
