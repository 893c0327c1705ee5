"""What a submission's program may use. No honest program of the course comes near.

The rule: a limit that the kernel can set is set there; a sum over processes is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

MIB = 1024 * 1024

# In the units of the shell's ulimit: open files; KiB of data and of a thread's stack; seconds of
# CPU; 512-byte blocks of one file. Memory is limited as data, not as address space: some run-times
# reserve far more than they use. Java commits a 64th of the machine's memory before it begins.
LIMITS = {"-n": 4096, "-d": 16 * 1024**2, "-s": 2048, "-t": 60, "-f": 1024**2, "-c": 0}
MOST_THREADS = 1024  # with processes; in a box, where they can be counted apart
MOST_PROCESSES = 320  # of a program and all that it started
MOST_MEMORY = 1024 * MIB  # bytes of theirs, together; what they share counts once
MOST_DISK = 768 * MIB  # bytes of a task's folder, in a box
MOST_FILES = 20_000  # in it
LOOK_SECONDS = 0.25  # between two looks at the sums


def settings(limits: Mapping[str, int] = LIMITS) -> str:
    """Return the shell commands that set the limits; one that the system refuses stays as it is."""
    return "".join(f"ulimit {name} {limit} 2>/dev/null; " for name, limit in limits.items())


def as_words() -> str:
    """Return all limits in one line, so that a change of any can be noticed."""
    sums = (MOST_THREADS, MOST_PROCESSES, MOST_MEMORY, MOST_DISK, MOST_FILES)
    return f"{LIMITS} {sums}"
