"""What processes wait for that is not theirs: a processor, the kernel. Only Linux says so."""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

NANOSECONDS = 1e-9
HELD, READY = "D", "R"  # states: waits for a lock or a disk, and no signal ends it; runs, or could
GLANCE = 0.05  # seconds; in half of it who runs has run


class Turns(NamedTuple):
    """For how many seconds somebody has run, and has stood ready and was not let run."""

    run: float = 0.0
    waited: float = 0.0


def turns(pids: Iterable[int]) -> dict[str, Turns]:
    """Return the turns that each thread has had so far, by its id.

    A wait counts once it is over. Empty where the system does not tell. Source: sched-stats in
    the Linux kernel's documentation, /proc/PID/schedstat.
    """
    return {thread.name: had for thread in _threads(pids) for had in _schedule(thread)}


def sum_of(all_turns: Iterable[Turns]) -> Turns:
    """Return the turns of several together."""
    return Turns(*(sum(column) for column in zip(*all_turns, strict=True)))


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def held_up(pids: Iterable[int]) -> bool:
    """Whether one of their threads is kept waiting now: for a processor, or by the kernel.

    The kernel's locks can take whole seconds, through no fault of theirs: somebody else's thousand
    processes share files with them, and whoever starts or ends waits for the lock of each file.
    """
    threads = list(_threads(pids))
    states = {thread: _state(thread) for thread in threads}
    ready = {thread: _seconds_run(thread) for thread in threads if states[thread] == READY}
    began = time.monotonic()
    if ready and HELD not in states.values():
        time.sleep(GLANCE)
    half = (time.monotonic() - began) / 2
    return HELD in states.values() or any(
        _state(thread) == READY and _seconds_run(thread) - before < half
        for thread, before in ready.items()
    )


def _threads(pids: Iterable[int]) -> Iterator[Path]:
    if sys.platform.startswith("linux"):
        for pid in pids:
            folder = Path("/proc", str(pid), "task")
            threads: list[str] = []
            with suppress(OSError):  # it has ended meanwhile
                threads = os.listdir(folder)
            yield from (folder / thread for thread in threads)


def _state(thread: Path) -> str:
    with suppress(OSError):
        return (thread / "stat").read_text(errors="replace").rpartition(")")[2].strip()[:1]
    return ""


def _seconds_run(thread: Path) -> float:
    return sum(had.run for had in _schedule(thread))


def _schedule(thread: Path) -> Iterator[Turns]:
    """Yield the turns that it has had, unless it has ended."""
    with suppress(OSError, ValueError):
        run, waited, _ = (thread / "schedstat").read_text().split()
        yield Turns(int(run) * NANOSECONDS, int(waited) * NANOSECONDS)
