"""Lets many suites run side by side, and one that is tried again run alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Shared turns may overlap; a lone turn overlaps with nothing. Safe from any thread."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.sharing = 0
        self.lone = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Run beside others; wait while somebody has, or wants, a lone turn."""
        with self.changed:
            self.changed.wait_for(lambda: not self.lone)
            self.sharing += 1
        try:
            yield
        finally:
            with self.changed:
                self.sharing -= 1
                self.changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Run when all the others have ended, and let none begin."""
        with self.changed:
            self.changed.wait_for(lambda: not self.lone)
            self.lone = True
            self.changed.wait_for(lambda: self.sharing == 0)
        try:
            yield
        finally:
            with self.changed:
                self.lone = False
                self.changed.notify_all()
