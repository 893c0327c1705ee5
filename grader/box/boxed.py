"""Who belongs to a program in a box, seen from outside and from inside."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from grader.box.family import Family, alive, held_at_most
from grader.box.limits import LOOK_SECONDS

SHELL_SIGNAL = 128  # a shell says so much more than the signal's number
FIRST = 1  # process of a box, counted inside
OWN_PIDS = 2  # of a box, counted inside: its first process and the keeper


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
        self.is_built = False  # the program was seen in it

    def has_ended(self) -> bool:
        """Wait LOOK_SECONDS for the keeper's word, or for the end of the whole box."""
        if not select.select([self.status_pipe], [], [], LOOK_SECONDS)[0]:
            return False
        more = os.read(self.status_pipe, 100)
        self.said += more
        if b"\n" not in self.said and (more or not self._is_gone()):
            return False
        word = self.said.split(b"\n")[0]
        status = int(word) if word.isdigit() else SHELL_SIGNAL + signal.SIGKILL
        # Exit status 130 and signal 2 are one to a shell; signals are by far more common.
        known = SHELL_SIGNAL < status <= SHELL_SIGNAL + 64
        self.status = SHELL_SIGNAL - status if known else status
        return True

    def _is_gone(self) -> bool:
        """Wait LOOK_SECONDS for the end of the box's own processes: they go behind all others."""
        try:
            self.popen.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def members(self) -> list[psutil.Process]:
        """Return the living processes in the box."""
        found = []
        for one in self.descendants():
            if one.pid not in self.own:
                inside = _pid_inside(one.pid)
                if inside == FIRST:
                    self.first = one.pid
                if inside <= OWN_PIDS:
                    self.own.add(one.pid)
                else:
                    found.append(one)
        return [one for one in found if alive(one)]

    def is_held_up(self) -> bool:
        """Whether it is, or the box: it is still being built, or has not said how all ended."""
        return self.status is None and (not self.members() or super().is_held_up())

    def uses(self) -> tuple[int, int]:
        """Return the same as any other's, seen from inside: a box knows of few processes."""
        inside = self._processes_inside()
        if inside is None:
            return super().uses()
        return len(inside), sum(map(held_at_most, inside))

    def count(self) -> int:
        """Return how many processes the program has, seen from inside if that can be."""
        inside = self._processes_inside()
        return super().count() if inside is None else len(inside)

    def _processes_inside(self) -> list[Path] | None:
        self.is_built = self.is_built or bool(self.members())
        if not self.is_built:  # what its first process sees is still the machine's own
            return None
        try:
            inside = Path("/proc", str(self.first), "root", "proc")
            names = os.listdir(inside)
        except OSError:
            return None
        return [inside / name for name in names if name.isdigit() and int(name) > OWN_PIDS]

    def send_signal(self, number: int) -> None:
        """Send a signal to the program itself; one that has ended is no error."""
        if program := _first_of(self.members()):
            with suppress(psutil.NoSuchProcess):
                program.send_signal(number)

    def kill(self) -> int:
        """End the box and all that is in it; return how many no longer belonged to the program.

        With its first process all others go, and whoever started it takes note of its end: were
        that one killed, somebody else would have to, and in some containers nobody does. The
        others are killed before it, or it would wait for its turn among a thousand busy ones.
        """
        self._signal_first(os.killpg, signal.SIGSTOP)  # who is ended one by one can fork meanwhile
        try:
            members = self.members()
            belonging = _with_all_below(_first_of(members))
            left = [one for one in members if one.pid not in belonging and alive(one)]
            for member in members:
                with suppress(psutil.Error):
                    member.kill()
        finally:
            self._signal_first(os.kill, signal.SIGKILL)
            with suppress(ProcessLookupError):
                if self.first is None and self.popen.poll() is None:
                    self.popen.kill()
        return len(left)

    def _signal_first(self, signals: Callable[[int, int], None], number: int) -> None:
        """Send a signal to the box's own first process, or to its group.

        All in the box belong to that group, but for who has left it. With a terminal the box has
        none of its own: its first process is no leader then, and no group has its number.
        """
        with suppress(psutil.Error, OSError):
            # As long as it is our child's child, its number is nobody else's.
            if self.first and psutil.Process(self.first).ppid() == self.popen.pid:
                signals(self.first, number)

    def wait_until_gone(self) -> None:
        """Wait for the end of the box, which has been killed."""
        self.popen.wait()

    def close(self) -> None:
        """Give the descriptors back."""
        for descriptor in (self.status_pipe, self.leash):
            os.close(descriptor)
        if self.descriptor is not None:
            os.close(self.descriptor)


def _first_of(members: list[psutil.Process]) -> psutil.Process | None:
    """Return the program among these: it is the keeper's only child."""
    for member in members:
        with suppress(psutil.NoSuchProcess):
            if _pid_inside(member.ppid()) == OWN_PIDS:
                return member
    return None


def _with_all_below(program: psutil.Process | None) -> set[int]:
    """Return the numbers of a program, which may have ended just now, and of its descendants."""
    if program is None:
        return set()
    found = {program.pid}
    with suppress(psutil.NoSuchProcess):
        found |= {one.pid for one in program.children(recursive=True)}
    return found


def _pid_inside(pid: int) -> int:
    """Return the number that a process has in its own box; a large one if it is gone."""
    with suppress(OSError):
        # A process may call itself what it likes: its name is any bytes.
        for line in Path(f"/proc/{pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
    return 1 << 30
