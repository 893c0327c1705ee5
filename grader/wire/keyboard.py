"""The keyboard of a student's client: a pipe or a terminal into which the harness types."""

from __future__ import annotations

import array
import os
import selectors
import sys
from collections.abc import Callable

from grader.wire.loop import Loop
from grader.wire.system import POSIX

CHUNK = 65536  # bytes for one call of the kernel


class Keyboard:
    """What is typed goes into `descriptor` as the program takes it.

    on_close ends the stream (for a terminal: nothing does, Ctrl-D is typed). A program that
    has ended does not mind what is typed.
    """

    def __init__(self, loop: Loop, descriptor: int, on_close: Callable[[], None]) -> None:
        self.loop = loop
        self.descriptor = descriptor
        self.on_close = on_close
        self.waiting = bytearray()  # typed, and not yet taken by the kernel
        self.closing = False
        self.closed = False
        if POSIX:
            os.set_blocking(descriptor, False)

    def types(self, data: bytes) -> None:
        """Type these bytes; what does not fit into the kernel follows when there is room."""
        self.waiting += data
        self._write()

    def close(self) -> None:
        """End the stream behind what was typed."""
        self.closing = True
        self._write()

    def unread_bytes(self) -> int | None:
        """Return how many typed bytes the program has not taken; None if the system hides it."""
        if not sys.platform.startswith("linux"):
            return None
        if self.closed:
            return 0
        import fcntl
        import termios

        count = array.array("i", [0])
        fcntl.ioctl(self.descriptor, termios.FIONREAD, count)
        return count[0] + len(self.waiting)

    def _write(self) -> None:
        if self.closed:
            return
        try:
            while self.waiting:
                written = os.write(self.descriptor, self.waiting[:CHUNK])
                del self.waiting[:written]
        except BlockingIOError:
            self.loop.watch(self.descriptor, self._write, selectors.EVENT_WRITE)
            return
        except OSError:
            self.waiting.clear()  # it has ended; what it should have done is judged elsewhere
        self.loop.forget(self.descriptor)
        if self.closing:
            self.closed = True
            self.on_close()
