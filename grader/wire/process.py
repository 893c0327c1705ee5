"""One process of a submission: started, drained, signalled, measured, ended with all it started.

The rule: nothing that it starts outlives it, and only processes of its own are ended.
"""

import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from grader.box.box import UNPROTECTED, Box
from grader.box.limits import LIMITS, MIB, MOST_MEMORY, MOST_PROCESSES
from grader.box.streams import NO_STDIN
from grader.wire.output import FLOOD, HEAD, Output
from grader.wire.terminal import TERMINAL_KIND, Terminal

__all__ = ["NO_STDIN", "Process"]

GIVEN = {
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",  # what a terminal would show is what counts
    "PYTHONIOENCODING": "utf-8",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "2",
}
OF_TERMINAL = {"TERM": TERMINAL_KIND}
NOTHING: Mapping[str, str] = {}

OUTSIDE = Box(UNPROTECTED)


def heed_signals() -> None:
    """Give SIGINT and SIGTERM back their ordinary meaning, for what is started from now on.

    A shell starts background jobs with SIGINT ignored, and that would be inherited.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number, meaning in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, meaning)


class Process:
    """A running program. on_news is called, from any thread, when there is news of it.

    stdin: as for Popen, or NO_STDIN for a closed one; with a terminal, that is its stdin and
    its stdout. box: where it runs; none for the kit's own, which is trusted. most_printed: bytes,
    on stdout or on stderr, past which it is stopped. environment: more of it.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        on_news: Callable[[], None],
        *,
        box: Box | None = None,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        terminal: Terminal | None = None,
        kept_output: int = HEAD,
        most_printed: int = FLOOD,
        limits: Mapping[str, int] = LIMITS,
        environment: Mapping[str, str] = NOTHING,
    ) -> None:
        self.on_news = on_news
        self.stopped_for = ""  # what it did too much of
        self.called = "the program"  # in messages
        self.under: list[str] = []  # what it was asked to bear, in words
        self.killed = False  # by the harness
        self.expected_to_end = False
        self.trusted = box is None
        self.lost: Exception | None = None  # why its end would not be noticed
        heed_signals()
        box = box or OUTSIDE
        self.family = box.start(
            command,
            folder,
            {**box.environment(), **GIVEN, **environment, **(OF_TERMINAL if terminal else NOTHING)},
            stdin=stdin,
            terminal=terminal.program_end if terminal else None,
            limits=limits,
        )
        screen = terminal.is_in_use() if terminal else self.family.stdout
        assert screen and self.family.stderr
        self.most_printed = most_printed
        self.stdout = Output(screen, on_news, self._flood, kept_output, most_printed)
        self.stderr = Output(self.family.stderr, on_news, self._flood, most=most_printed)
        self.waiter = threading.Thread(target=self._wait, daemon=True)
        self.waiter.start()

    def _wait(self) -> None:
        try:
            while not self.family.has_ended():
                if not self.trusted and not self.stopped_for:
                    with suppress(psutil.Error):  # one of its processes ended meanwhile
                        self._look_at_its_size()
        except Exception as error:
            self.lost = error
        self.on_news()

    def _look_at_its_size(self) -> None:
        processes = self.family.count()  # first: of who multiplies all else takes very long
        memory = 0
        if processes <= MOST_PROCESSES:
            processes, at_most = self.family.uses()
            if at_most > MOST_MEMORY:
                for share in self.family.shares():
                    memory += share
                    processes = self.family.count()
                    if memory > MOST_MEMORY or processes > MOST_PROCESSES:
                        break
        if processes > MOST_PROCESSES:
            self._stop_for(f"started more than {MOST_PROCESSES} processes")
        elif memory > MOST_MEMORY:
            self._stop_for(f"took more than {MOST_MEMORY // MIB} MiB of memory in all")

    def _flood(self) -> None:
        self._stop_for(f"printed more than {self.most_printed // MIB} MiB")

    def _stop_for(self, what: str) -> None:
        self.stopped_for = what
        self.kill()

    @property
    def pid(self) -> int:
        """The process id, of the program or of its box."""
        return self.family.popen.pid

    @property
    def stdin(self) -> IO[bytes] | None:
        """The pipe to its stdin, if it has one."""
        return self.family.stdin

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs, negative when a signal ended it.

        Raises RuntimeError if nobody can say so any more: a fault of the grader, not its own.
        """
        if self.lost is not None:
            raise RuntimeError(f"the grader has lost sight of {self.called}") from self.lost
        return self.family.status

    @property
    def ended(self) -> bool:
        """Whether the process has ended and all that it printed has been read."""
        return self.status is not None and self.stdout.ended and self.stderr.ended

    @property
    def printed_traceback(self) -> bool:
        """Whether it has printed a Python traceback."""
        return self.stdout.saw_traceback or self.stderr.saw_traceback

    @property
    def reached_todo(self) -> bool:
        """Whether it has reached a hole of the starter."""
        return self.stdout.saw_todo or self.stderr.saw_todo

    def send_signal(self, number: int) -> None:
        """Send a signal to the process itself; one that has ended is no error."""
        self.family.send_signal(number)

    def group(self) -> list[psutil.Process]:
        """Return its processes that are alive, itself included."""
        return self.family.members()

    def kill(self) -> int:
        """End all of them at once; return how many others than itself were left."""
        self.killed = True
        return self.family.kill()

    def close(self) -> int:
        """End all, take its last output, give the descriptors back; as kill() otherwise."""
        left = self.kill()
        self.family.wait_until_gone()  # or the waiter would still look at what is closed
        self.waiter.join(timeout=5)
        self.stdout.close()
        self.stderr.close()
        if self.family.stdin:
            with suppress(OSError):
                self.family.stdin.close()
        self.family.close()
        return left
