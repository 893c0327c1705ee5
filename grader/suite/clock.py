"""A clock that tells whether this machine let a suite play somebody slow."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from grader.wire.failure import Kind
from grader.wire.stage import Stage

QUICK = 0.5  # seconds; a server or a client that waits for a second takes longer
ATTEMPTS = 5  # on a busy machine one of them is quick all the same
Prepared = TypeVar("Prepared")


def takes_no_second(
    stage: Stage,
    who: str,
    what: str,
    prepare: Callable[[], Prepared],
    happens: Callable[[Prepared], object],
    afterwards: Callable[[Prepared], object] = lambda _: None,
) -> None:
    """Expect something to happen at once, and not a second later; once is enough.

    what: happens, in words; prepare, afterwards: what comes before and behind it each time.
    """
    for _ in range(ATTEMPTS):
        prepared = prepare()
        clock = Clock(QUICK)
        happens(prepared)
        took = clock.past()
        afterwards(prepared)
        if took < QUICK:
            return
    raise stage.fail(Kind.DELAY, who, f"{what} at once", f"it after {took:.1f} s")


class Clock:
    """Tells how long something takes, and whether a slow reader was let read in time."""

    def __init__(self, seconds: float) -> None:
        """seconds: the limit of the program under test."""
        self.seconds = seconds
        self.starts()

    def starts(self) -> None:
        """Count from now on."""
        self.began = self.last = time.monotonic()
        self.longest = 0.0

    def past(self) -> float:
        """Return the seconds since it was started."""
        return time.monotonic() - self.began

    def ticks(self) -> None:
        """Take note that somebody slow has just taken something."""
        self.longest = max(self.longest, time.monotonic() - self.last)
        self.last = time.monotonic()

    def is_honest(self) -> bool:
        """Say whether nobody slow was kept from reading for a good part of the time.

        An eighth is much: a kernel may tell the server only now and then that there is room again.
        """
        self.ticks()
        return self.longest < self.seconds / 8
