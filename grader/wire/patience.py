"""How long the harness waits: one upper bound, which only failing programs reach.

The rule: time in which the machine let nobody run is not counted against a program.
"""

import subprocess
import sys
import time

PATIENCE = 2.0  # seconds; multiplied by the measured slowness of this machine
STARTING = 6.0  # seconds in which a program has started; no lesson says how fast that must be
TASK_SECONDS = 20.0  # all waits of one task together, multiplied likewise
SOONER = 0.3  # seconds left to a program that has already printed a traceback, likewise
STEP = 0.1  # seconds; the longest single look, see Deadline
NOMINAL_START = 0.03  # seconds in which a fast machine starts an empty Python
MOST_SLOWNESS = 8.0
MOST_OWED = 20.0  # seconds of one task, likewise: a program can also crowd itself out
MOST_STARVED = 100.0  # seconds of one task, likewise, for whom others kept from nearly all work
SILENT_SECONDS = 2 * (TASK_SECONDS + MOST_OWED + MOST_STARVED)  # likewise; asking takes time, too


def measured_slowness() -> float:
    """Return how many times slower than a fast machine this one starts a process, 1 to 8."""
    best = min(_start_seconds() for _ in range(3))
    return min(max(best / NOMINAL_START, 1.0), MOST_SLOWNESS)


def _start_seconds() -> float:
    before = time.monotonic()
    nothing = [sys.executable, "-I", "-S", "-c", "pass"]
    subprocess.run(nothing, check=True, stderr=subprocess.DEVNULL)
    return time.monotonic() - before


class Deadline:
    """Counts seconds down, fairly.

    The waiter looks for at most STEP seconds at a time and says how long that took. When
    a look took far longer than it asked for, the machine was elsewhere, and so perhaps
    was the program: only twice what was asked for is counted.
    brief: whether it is a mere look at what is there, to which no answer need come.
    """

    def __init__(self, seconds: float, *, brief: bool = False) -> None:
        self.left = seconds
        self.brief = brief
        self.spent = 0.0
        self.shortened = False

    def next_look(self) -> float:
        """Return how many seconds to wait now, 0 when the time is up."""
        return max(0.0, min(STEP, self.left))

    def looked(self, asked: float, took: float) -> None:
        """Count a look that was to last `asked` seconds and lasted `took`."""
        counted = min(took, 2 * asked)
        self.left -= counted
        self.spent += counted

    def shorten_once(self, seconds: float) -> None:
        """Leave at most this many seconds; said again, it changes nothing."""
        if not self.shortened:
            self.shortened = True
            self.left = min(self.left, seconds)

    def lengthen(self, seconds: float) -> None:
        """Give it more time."""
        self.left = max(self.left, 0.0) + seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.left <= 0
