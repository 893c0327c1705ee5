"""Who belongs to a program: the process itself and all that it started, also what it let go.

The rule: only processes of its own are ever named here, so only those are ended.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from grader.box.limits import LOOK_SECONDS
from grader.box.turns import Turns, held_up, sum_of, turns

POSIX = os.name == "posix"
KIB = 1024
SLOW_LOOK_SECONDS = 1.0  # on Windows, where looking takes long


class Family:
    """A program that runs as any other does: its group, its session, its descendants.

    stdin, stdout, stderr: our ends of its streams, None where there is none.
    """

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self.popen = popen
        self.stdin: IO[bytes] | None = None
        self.stdout: IO[bytes] | None = None
        self.stderr: IO[bytes] | None = None
        self.status: int | None = None
        self.had: dict[str, Turns] = {}  # of each thread that was ever looked at
        self.descriptor = _descriptor_of(popen.pid)

    def has_ended(self) -> bool:
        """Wait for its end, for one look at the most; return whether it has come."""
        if self.descriptor is not None:
            if not select.select([self.descriptor], [], [], LOOK_SECONDS)[0]:
                return False
            os.close(self.descriptor)
            self.descriptor = None
        try:
            self.status = self.popen.wait(LOOK_SECONDS if POSIX else SLOW_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def members(self) -> list[psutil.Process]:
        """Return the processes of its group or session that are alive, itself included."""
        if not POSIX:
            return [one for one in self.descendants() if alive(one)]
        mine = []
        for pid in psutil.pids():
            if self._is_mine(pid):
                with suppress(psutil.NoSuchProcess):
                    mine.append(psutil.Process(pid))
        return [one for one in mine if alive(one)]

    def uses(self) -> tuple[int, int]:
        """Return how many processes there are, and how many bytes they hold at the most.

        What several share may be counted for each: shares() are exact, and take longer.
        """
        members = self.members()
        return len(members), sum(map(_at_most, members))

    def count(self) -> int:
        """Return how many processes there are."""
        return len(self.members())

    def shares(self) -> Iterator[int]:
        """Yield how many bytes each of them holds; what they share counts once."""
        return map(_share, self.members())

    def turns(self) -> Turns:
        """Return how long all of it, a box included, has run, and was ready and not let.

        It never becomes less: what has ended has waited as well.
        """
        self.had |= turns(one.pid for one in self.descendants())
        return sum_of(self.had.values())

    def is_held_up(self) -> bool:
        """Whether one of it is kept waiting now, by the kernel or for a processor."""
        return held_up(one.pid for one in self.descendants())

    def _is_mine(self, pid: int) -> bool:
        try:
            return self.popen.pid in (os.getpgid(pid), os.getsid(pid))
        except (ProcessLookupError, PermissionError):
            return False

    def descendants(self) -> list[psutil.Process]:
        """Return its first process and all below, those with a session of their own included.

        None once its end was taken note of: its number may be somebody else's by then.
        """
        if self.popen.returncode is not None:
            return []
        try:
            me = psutil.Process(self.popen.pid)
            return [me, *me.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def send_signal(self, number: int) -> None:
        """Send a signal to the program itself; one that has ended is no error."""
        with suppress(ProcessLookupError):
            self.popen.send_signal(number)

    def kill(self) -> int:
        """End all at once; return how many were left that no longer belong to the program."""
        family = self.descendants()
        left = {one.pid: one for one in [*self.members(), *family] if alive(one)}
        if POSIX and left:  # an empty group's number may already be somebody else's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        for one in left.values():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return len(left.keys() - {one.pid for one in family})

    def wait_until_gone(self) -> None:
        """Wait for the end of what is around it, which has been killed."""

    def close(self) -> None:
        """Give back what was held; the program must have been killed, and be gone."""


def _descriptor_of(pid: int) -> int | None:
    """Return what becomes readable when a process ends; None where the system has no such thing."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux; an old kernel, or one that is told to refuse
        return None


def held_at_most(place: Path) -> int:
    """Return how many bytes a process holds alone or shares with others, files not counted.

    place: its folder below a /proc; nothing of one that is gone.
    """
    held = 0
    with suppress(OSError, ValueError):
        for line in (place / "status").read_text(errors="replace").splitlines():
            if line.startswith(("RssAnon:", "RssShmem:")):
                held += int(line.split()[1]) * KIB
    return held


def _at_most(process: psutil.Process) -> int:
    if sys.platform.startswith("linux"):
        return held_at_most(Path("/proc", str(process.pid)))
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def _share(process: psutil.Process) -> int:
    """Return its share of what it holds, or where the system does not say, what it holds alone.

    Children that share all with their parent must not count as often as there are of them.
    """
    try:
        held = process.memory_full_info()
        return int(getattr(held, "pss", getattr(held, "uss", 0)))
    except psutil.Error:
        return 0


def _state(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.Error:
        return psutil.STATUS_ZOMBIE


def alive(process: psutil.Process) -> bool:
    """Whether a process still runs: one that has ended may wait to be taken note of."""
    return _state(process) != psutil.STATUS_ZOMBIE
