"""Who belongs to a program: the process itself and all that it started, also what it let go.

The rule: only processes of its own are ever named here, so only those are ended.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

import psutil

from grader.box.limits import LOOK_SECONDS
from grader.box.turns import held_up, without_a_turn

POSIX = os.name == "posix"


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
        self.waited: dict[str, float] = {}  # seconds of each thread that was ever looked at
        self.descriptor = os.pidfd_open(popen.pid) if hasattr(os, "pidfd_open") else None

    def has_ended(self) -> bool:
        """Wait for its end, LOOK_SECONDS or (where the system lets nobody look) for ever."""
        if self.descriptor is not None:
            if not select.select([self.descriptor], [], [], LOOK_SECONDS)[0]:
                return False
            os.close(self.descriptor)
            self.descriptor = None
        self.status = self.popen.wait()
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

    def seconds_without_a_turn(self) -> float:
        """Return how long all of it, a box included, was ready to run and was not let.

        It never becomes less: what has ended has waited as well.
        """
        self.waited |= without_a_turn(one.pid for one in self.descendants())
        return sum(self.waited.values())

    def is_held_up(self) -> bool:
        """Whether one of it is kept waiting now, by the kernel or for a processor."""
        return held_up(one.pid for one in self.descendants())

    def _is_mine(self, pid: int) -> bool:
        try:
            return self.popen.pid in (os.getpgid(pid), os.getsid(pid))
        except (ProcessLookupError, PermissionError):
            return False

    def descendants(self) -> list[psutil.Process]:
        """Return its first process and all below, those with a session of their own included."""
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

    def close(self) -> None:
        """Give back what was held; the program must have been killed."""


def _at_most(process: psutil.Process) -> int:
    try:
        held = process.memory_info()
        return int(held.rss - getattr(held, "shared", 0))
    except psutil.Error:
        return 0


def _share(process: psutil.Process) -> int:
    try:
        held = process.memory_full_info()
        return int(getattr(held, "pss", held.rss))
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
