"""One process of a submission: started, drained, signalled, measured, ended with all it started.

The rule: nothing that it starts outlives it, and only processes of its own group are ended.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from grader.wire.output import HEAD, Output
from grader.wire.system import POSIX
from grader.wire.terminal import TERMINAL_KIND, Terminal

NO_STDIN = -100  # no value of subprocess
GROUP_FLAGS = 0 if POSIX else subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined]

# What no honest program of the course comes near, in the units of the shell's ulimit: open files;
# KiB of data and of a thread's stack; seconds of CPU; 512-byte blocks of one file. Memory is
# limited as data, not as address space: some run-times reserve far more than they use.
LIMITS = {"-n": 4096, "-d": 2 * 1024**2, "-s": 2048, "-t": 60, "-f": 512 * 1024, "-c": 0}


def environment() -> dict[str, str]:
    """Return what a submission's process may know: nothing of the grader's own environment."""
    kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
    given = {
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",  # what a terminal would show is what counts
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    return {name: os.environ[name] for name in kept if name in os.environ} | given


def launch_words(
    command: Sequence[str], limits: Mapping[str, int], *, no_stdin: bool = False
) -> list[str]:
    """Return the words that start `command` under these limits, on this system.

    A limit that the system refuses to set is left as it is. no_stdin: with its stdin closed
    (where not POSIX: empty).
    """
    if not POSIX:
        return list(command)
    settings = "".join(f"ulimit {name} {limit} 2>/dev/null; " for name, limit in limits.items())
    start = 'exec "$@" <&-' if no_stdin else 'exec "$@"'
    return ["/bin/sh", "-c", settings + start, "sh", *command]


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
    """A running process group. on_news is called, from any thread, when there is news of it.

    stdin: as for Popen, or NO_STDIN for a closed one; with a terminal, that is its stdin and
    its stdout. trusted: it is the kit's own, not the submission's.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        on_news: Callable[[], None],
        *,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        terminal: Terminal | None = None,
        trusted: bool = False,
        kept_output: int = HEAD,
        limits: Mapping[str, int] = LIMITS,
    ) -> None:
        self.on_news = on_news
        self.flooded = False
        self.called = "the program"  # in messages
        self.killed = False  # by the harness
        self.trusted = trusted
        heed_signals()
        closed = stdin == NO_STDIN
        self.popen = subprocess.Popen(
            launch_words(command, limits, no_stdin=closed),
            cwd=folder,
            env=environment() | ({"TERM": TERMINAL_KIND} if terminal else {}),
            stdin=terminal.program_end if terminal else subprocess.DEVNULL if closed else stdin,
            stdout=terminal.program_end if terminal else subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=POSIX,
            creationflags=GROUP_FLAGS,
        )
        screen = terminal.is_in_use() if terminal else self.popen.stdout
        assert screen and self.popen.stderr
        self.stdout = Output(screen, on_news, self._flood, kept_output)
        self.stderr = Output(self.popen.stderr, on_news, self._flood)
        self.waiter = threading.Thread(target=self._wait, daemon=True)
        self.waiter.start()

    def _wait(self) -> None:
        self.popen.wait()
        self.on_news()

    def _flood(self) -> None:
        self.flooded = True
        self.kill()

    @property
    def pid(self) -> int:
        """The process id, which is also that of its group."""
        return self.popen.pid

    @property
    def status(self) -> int | None:
        """The exit status, None while it runs, negative when a signal ended it."""
        return self.popen.returncode if not self.waiter.is_alive() else None

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
        with suppress(ProcessLookupError):
            self.popen.send_signal(number)

    def group(self) -> list[psutil.Process]:
        """Return the processes of its group or session that are alive, itself included."""
        if not POSIX:
            return [one for one in self._family() if _alive(one)]
        mine = []
        for pid in psutil.pids():
            if self._is_mine(pid):
                with suppress(psutil.NoSuchProcess):
                    mine.append(psutil.Process(pid))
        return [one for one in mine if _alive(one)]

    def _is_mine(self, pid: int) -> bool:
        try:
            return self.pid in (os.getpgid(pid), os.getsid(pid))
        except (ProcessLookupError, PermissionError):
            return False

    def _family(self) -> list[psutil.Process]:
        """Return itself and its descendants, those with a session of their own included."""
        try:
            me = psutil.Process(self.pid)
            return [me, *me.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> int:
        """End the whole group at once; return how many others than itself were left."""
        self.killed = True
        left = {one.pid: one for one in [*self.group(), *self._family()] if _alive(one)}
        if POSIX and left:  # an empty group's number may already be somebody else's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        for one in left.values():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return len(left.keys() - {self.pid})

    def close(self) -> int:
        """End the group, take its last output, give the descriptors back; as kill() otherwise."""
        left = self.kill()
        self.waiter.join(timeout=5)
        self.stdout.close()
        self.stderr.close()
        if self.popen.stdin:
            with suppress(OSError):
                self.popen.stdin.close()
        return left


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
