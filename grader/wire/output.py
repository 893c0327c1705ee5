"""What a program prints: always drained, kept within bounds."""

import os
import select
import threading
from collections.abc import Callable
from typing import IO

from grader.wire.system import POSIX

CHUNK = 65536  # bytes for one call of the kernel
HEAD = 64 * 1024  # bytes kept of the beginning
TAIL = 64 * 1024  # and of the end
FLOOD = 512 * 1024 * 1024  # bytes after which a program is stopped; a right one may log all
TRACEBACK = b"Traceback (most recent call last):"
TODO = b"NotImplementedError: TODO"


class Output:
    """Drains one pipe of a program in a thread of its own.

    Keeps the first `head` bytes and the last TAIL bytes, and counts the rest; calls on_flood once
    more than `most` have come. Its methods are safe from any thread.
    """

    def __init__(
        self,
        pipe: IO[bytes],
        on_news: Callable[[], None],
        on_flood: Callable[[], None],
        head: int = HEAD,
        most: int = FLOOD,
    ) -> None:
        self.pipe = pipe
        self.on_news = on_news
        self.on_flood = on_flood
        self.head_limit = head
        self.most = most
        self.lock = threading.Lock()
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0
        self.ended = False
        self.flooded = False
        self.saw_traceback = False
        self.saw_todo = False  # a hole of the starter was reached
        if POSIX:
            os.set_blocking(pipe.fileno(), False)
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    def _drain(self) -> None:
        waiting = select.poll() if POSIX else None
        if waiting is not None:
            waiting.register(self.pipe.fileno(), select.POLLIN)
        while not self.ended:
            if waiting is not None:
                waiting.poll()
                self.take()
            else:
                self._take_blocking()
            self.on_news()
            if self.size > self.most and not self.flooded:
                self.flooded = True
                self.on_flood()

    def take(self) -> None:
        """Take what has been printed by now, 1 MiB at the most (nothing where not POSIX)."""
        if not POSIX:
            return
        with self.lock:
            try:
                for _ in range(16):
                    if not self.ended:
                        self._keep(os.read(self.pipe.fileno(), CHUNK))
            except BlockingIOError:
                pass  # that was all for now
            except OSError:
                self.ended = True

    def _take_blocking(self) -> None:
        try:
            data = os.read(self.pipe.fileno(), CHUNK)
        except OSError:
            data = b""
        with self.lock:
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        if not data:
            self.ended = True
        self.size += len(data)
        recent = bytes((self.tail or self.head)[-64:]) + data  # a mark may come in two pieces
        self.saw_traceback = self.saw_traceback or TRACEBACK in recent
        self.saw_todo = self.saw_todo or TODO in recent
        room = max(0, self.head_limit - len(self.head))
        self.head += data[:room]
        self.tail += data[room:]
        if len(self.tail) > 2 * TAIL:
            del self.tail[:-TAIL]

    def text(self) -> str:
        """Return what is kept, decoded; a cut in the middle is marked."""
        with self.lock:
            cut = self.size - len(self.head) - len(self.tail)
            middle = b"\n[... %d bytes ...]\n" % cut if cut else b""
            return bytes(self.head + middle + self.tail).decode("utf-8", "replace")

    def beginning(self, start: int = 0) -> bytes:
        """Return the first bytes from `start` on, up to the limit for the beginning."""
        with self.lock:
            return bytes(self.head[start:])

    def close(self) -> None:
        """Wait a moment for the thread to see the end. The process must be gone."""
        self.thread.join(timeout=1)
        if not self.thread.is_alive():
            self.pipe.close()
