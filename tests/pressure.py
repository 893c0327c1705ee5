"""What makes a machine a bad place for a suite: neighbours, little memory, one core, a crowd.

The rule: behind the `with` the neighbours are gone. What a process does to itself stays.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psutil

from grader.box.turns import processors

MIB = 1024 * 1024
LEFT = 1024 * MIB  # bytes of memory that a hungry neighbour leaves to others
BUSY = "while True: pass"
# It touches a page of each of its bytes again and again, so that none is swapped out for good.
HUNGRY = """
import sys, time
held = bytearray(int(sys.argv[1]))
print("full", flush=True)
while True:
    for place in range(0, len(held), 4096):
        held[place] = 1
    time.sleep(0.1)
"""
LIMIT = Path("/sys/fs/cgroup/memory.max")
USED = Path("/sys/fs/cgroup/memory.current")


@contextmanager
def busy_neighbours(a_core: int = 2) -> Iterator[None]:
    """Let so many processes a core do nothing but take time."""
    neighbours = [
        subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(a_core * processors())
    ]
    try:
        yield
    finally:
        _end(neighbours)


@contextmanager
def hungry_neighbour() -> Iterator[None]:
    """Let a process hold all memory but LEFT, and keep touching it, beside one busy a core."""
    amount = max(0, available() - LEFT)
    words = [sys.executable, "-c", HUNGRY, str(amount)]
    neighbour = subprocess.Popen(words, stdout=subprocess.PIPE)
    try:
        assert neighbour.stdout
        neighbour.stdout.readline()
        with busy_neighbours(1):
            yield
    finally:
        _end([neighbour])


@contextmanager
def low_priority() -> Iterator[None]:
    """Let this process and its children come last (nice 19), beside busy neighbours."""
    with busy_neighbours():
        os.nice(19)
        yield


@contextmanager
def one_core() -> Iterator[None]:
    """Let this process, its children and the busy neighbours share one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with busy_neighbours():
        yield


@contextmanager
def fork_bombs() -> Iterator[None]:
    """Let a class of fork bombs be graded meanwhile, where there are boxes to hold them."""
    neighbour = subprocess.Popen([sys.executable, "-m", "tests.bombs"], stdout=subprocess.PIPE)
    try:
        assert neighbour.stdout
        neighbour.stdout.readline()
        yield
    finally:
        neighbour.send_signal(signal.SIGINT)
        neighbour.communicate()


CONDITIONS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "busy": busy_neighbours,
    "memory": hungry_neighbour,
    "nice": low_priority,
    "one-core": one_core,
    "bombs": fork_bombs,
    "crowd": nullcontext,
}
SUITES_AT_ONCE = {"crowd": 4 * processors()}  # nobody but the suites themselves; elsewhere 3


def available() -> int:
    """Return how many bytes of memory are free here; a container's limit counts."""
    free = psutil.virtual_memory().available
    if LIMIT.exists() and (limit := LIMIT.read_text().strip()) != "max":
        free = min(free, int(limit) - int(USED.read_text()))
    return free


def _end(neighbours: list[subprocess.Popen[bytes]]) -> None:
    for neighbour in neighbours:
        neighbour.kill()
        neighbour.wait()
