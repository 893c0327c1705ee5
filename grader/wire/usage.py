"""What a program uses: memory, threads and descriptors, of its whole process group together."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.wire.process import Process
from grader.wire.system import POSIX

MIB = 1024 * 1024


@dataclass(frozen=True)
class Usage:
    """Threads and open descriptors (on Windows handles) of all processes of a group."""

    processes: int
    threads: int
    descriptors: int

    def __str__(self) -> str:
        many = "" if self.threads == 1 else "s"
        return f"{self.threads} thread{many}, {self.descriptors} descriptors"


def usage(process: Process) -> Usage:
    """Count what the group has now; a process that ends meanwhile counts nothing."""
    processes = threads = descriptors = 0
    for member in process.group():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            threads += member.num_threads()
            descriptors += member.num_fds() if POSIX else member.num_handles()  # type: ignore[attr-defined]
            processes += 1
    return Usage(processes, threads, descriptors)


def cpu_seconds(process: Process) -> float:
    """Return how long its processes have kept a processor busy so far."""
    total = 0.0
    for member in process.group():
        with suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system
    return total


def peak_memory(process: Process) -> dict[int, int]:
    """Return the most bytes that each process of the group has held so far, by its id.

    On Linux the kernel's own high-water mark; elsewhere what they hold at this moment.
    """
    return {member.pid: _peak(member) for member in process.group()}


def _peak(member: psutil.Process) -> int:
    try:
        for line in Path(f"/proc/{member.pid}/status").read_text(errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass  # no such file on this system, or the process has just ended
    try:
        return int(member.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
