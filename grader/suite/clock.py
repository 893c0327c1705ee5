"""A clock that tells whether this machine let a suite play somebody slow."""

from __future__ import annotations

import time


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
        """Say whether nobody slow was kept from reading for a good part of the time."""
        self.ticks()
        return self.longest < self.seconds / 2
