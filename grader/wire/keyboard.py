"""The keyboard of a student's client: a pipe or a terminal into which the harness types."""

from __future__ import annotations

import array
import os
import queue
import selectors
import sys
import threading
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


class PatientKeyboard(Keyboard):
    """The same where a write cannot be told not to wait (Windows): a thread of its own types.

    A program that takes nothing keeps that thread waiting, and nobody else.
    """

    def __init__(self, loop: Loop, descriptor: int, on_close: Callable[[], None]) -> None:
        super().__init__(loop, descriptor, on_close)
        self.typed: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._type_on, daemon=True).start()

    def _write(self) -> None:
        if self.closed:
            return
        self.typed.put(bytes(self.waiting))
        self.waiting.clear()
        if self.closing:
            self.closed = True
            self.typed.put(None)

    def _type_on(self) -> None:
        while (data := self.typed.get()) is not None:
            left = memoryview(data)
            try:
                while left:
                    left = left[os.write(self.descriptor, left) :]
            except OSError:
                pass  # it has ended; what it should have done is judged elsewhere
        self.on_close()
