"""Who belongs to a program: the process itself and all that it started, also what it let go.

The rule: only processes of its own are ever named here, so only those are ended.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil

from grader.box.limits import LOOK_SECONDS
from grader.box.turns import seconds_without_a_turn

POSIX = os.name == "posix"
SHELL_SIGNAL = 128  # a shell says so much more than the signal's number
PAGE = os.sysconf("SC_PAGE_SIZE") if POSIX else 0
FIRST = 1  # process of a box, counted inside
OWN_PIDS = 2  # of a box, counted inside: its first process and the keeper


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
            return [one for one in self._descendants() if _alive(one)]
        mine = []
        for pid in psutil.pids():
            if self._is_mine(pid):
                with suppress(psutil.NoSuchProcess):
                    mine.append(psutil.Process(pid))
        return [one for one in mine if _alive(one)]

    def uses(self) -> tuple[int, int]:
        """Return how many processes there are, and how many bytes they hold at the most.

        What several share may be counted for each: memory() is exact, and takes longer.
        """
        members = self.members()
        return len(members), sum(map(_at_most, members))

    def memory(self) -> int:
        """Return how many bytes all of them hold; what they share counts once."""
        return sum(map(_share, self.members()))

    def seconds_without_a_turn(self) -> float:
        """Return how long all of it, a box included, was ready to run and was not let."""
        return seconds_without_a_turn(one.pid for one in Family._descendants(self))

    def is_held_up(self) -> bool:
        """Whether the kernel keeps one of it waiting, as for a disk, and lets no signal in."""
        return any(_state(one) == psutil.STATUS_DISK_SLEEP for one in Family._descendants(self))

    def _is_mine(self, pid: int) -> bool:
        try:
            return self.popen.pid in (os.getpgid(pid), os.getsid(pid))
        except (ProcessLookupError, PermissionError):
            return False

    def _descendants(self) -> list[psutil.Process]:
        """Return itself and its descendants, those with a session of their own included."""
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
        """End all at once; return how many others than the program itself were left."""
        left = {one.pid: one for one in [*self.members(), *self._descendants()] if _alive(one)}
        if POSIX and left:  # an empty group's number may already be somebody else's
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        for one in left.values():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return len(left.keys() - {self.popen.pid})

    def close(self) -> None:
        """Give back what was held; the program must have been killed."""


class BoxedFamily(Family):
    """A program in a box: everything in it, but for the box's own two processes.

    status_pipe: where the keeper says how the program has ended; it ends with the box. leash:
    the box ends when it is let go.
    """

    def __init__(self, popen: subprocess.Popen[bytes], status_pipe: int, leash: int) -> None:
        super().__init__(popen)
        self.status_pipe = status_pipe
        self.leash = leash
        self.said = b""
        self.own: set[int] = {popen.pid}
        self.first: int | None = None  # the box's own first process

    def has_ended(self) -> bool:
        """Wait LOOK_SECONDS for the keeper's word, or for the end of the whole box."""
        if not select.select([self.status_pipe], [], [], LOOK_SECONDS)[0]:
            return False
        more = os.read(self.status_pipe, 100)
        self.said += more
        if more and b"\n" not in self.said:
            return False
        word = self.said.split(b"\n")[0]
        status = int(word) if word.isdigit() else SHELL_SIGNAL + signal.SIGKILL
        # Exit status 130 and signal 2 are one to a shell; signals are by far more common.
        known = SHELL_SIGNAL < status <= SHELL_SIGNAL + 64
        self.status = SHELL_SIGNAL - status if known else status
        return True

    def members(self) -> list[psutil.Process]:
        """Return the living processes in the box."""
        found = []
        for one in Family._descendants(self):
            if one.pid not in self.own:
                inside = _pid_inside(one.pid)
                if inside == FIRST:
                    self.first = one.pid
                if inside <= OWN_PIDS:
                    self.own.add(one.pid)
                else:
                    found.append(one)
        return [one for one in found if _alive(one)]

    def is_held_up(self) -> bool:
        """Whether it is, or the box: it is still being built, or has not said how all ended."""
        return self.status is None and (not self.members() or super().is_held_up())

    def uses(self) -> tuple[int, int]:
        """Return the same as any other's, seen from inside: a box knows of few processes."""
        inside = self._processes_inside()
        if inside is None:
            return super().uses()
        held = 0
        for place in inside:
            with suppress(OSError, ValueError):
                resident, shared = map(int, (place / "statm").read_text().split()[1:3])
                held += (resident - shared) * PAGE
        return len(inside), held

    def _processes_inside(self) -> list[Path] | None:
        try:
            if self.first is None:
                self.members()
            inside = Path("/proc", str(self.first), "root", "proc")
            names = os.listdir(inside)
        except OSError:
            return None
        return [inside / name for name in names if name.isdigit() and int(name) > OWN_PIDS]

    def send_signal(self, number: int) -> None:
        """Send a signal to the program, which is the keeper's only child."""
        for member in self.members():
            with suppress(psutil.NoSuchProcess):
                if _pid_inside(member.ppid()) == OWN_PIDS:
                    member.send_signal(number)
                    return

    def kill(self) -> int:
        """End the box and all that is in it; return how many the program had left.

        With its first process all others go, and whoever started it takes note of its end: were
        that one killed, somebody else would have to, and in some containers nobody does.
        """
        left = len(self.members()) - (self.status is None)
        with suppress(ProcessLookupError):
            if self.popen.poll() is None:
                os.kill(self.first or self.popen.pid, signal.SIGKILL)
        return max(left, 0)

    def close(self) -> None:
        """Give the descriptors back."""
        self.popen.wait()
        for descriptor in (self.status_pipe, self.leash):
            os.close(descriptor)
        if self.descriptor is not None:
            os.close(self.descriptor)


def _pid_inside(pid: int) -> int:
    """Return the number that a process has in its own box; a large one if it is gone."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
    return 1 << 30


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


def _alive(process: psutil.Process) -> bool:
    return _state(process) != psutil.STATUS_ZOMBIE
