"""What a program prints: always drained, kept within bounds."""

import threading
from collections.abc import Callable
from typing import IO

HEAD = 64 * 1024  # bytes kept of the beginning
TAIL = 64 * 1024  # and of the end
FLOOD = 64 * 1024 * 1024  # bytes after which a program is stopped
TRACEBACK = b"Traceback (most recent call last):"
TODO = b"NotImplementedError: TODO"


class Output:
    """Drains one pipe of a program in a thread of its own.

    Keeps the first `head` bytes and the last TAIL bytes, and counts the rest. Its
    methods are safe from any thread.
    """

    def __init__(
        self,
        pipe: IO[bytes],
        on_news: Callable[[], None],
        on_flood: Callable[[], None],
        head: int = HEAD,
    ) -> None:
        self.pipe = pipe
        self.on_news = on_news
        self.on_flood = on_flood
        self.head_limit = head
        self.lock = threading.Lock()
        self.head = bytearray()
        self.tail = bytearray()
        self.size = 0
        self.ended = False
        self.saw_traceback = False
        self.saw_todo = False  # a hole of the starter was reached
        self.thread = threading.Thread(target=self._drain, daemon=True)
        self.thread.start()

    def _drain(self) -> None:
        flooded = False
        try:
            while data := self.pipe.read1(65536):  # type: ignore[attr-defined]
                self._keep(data)
                self.on_news()
                if self.size > FLOOD and not flooded:
                    flooded = True
                    self.on_flood()
        except (OSError, ValueError):
            pass  # closed under us: the program is gone and so is its output
        self.ended = True
        self.on_news()

    def _keep(self, data: bytes) -> None:
        with self.lock:
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

    def beginning(self) -> bytes:
        """Return the first bytes, up to the limit for the beginning."""
        with self.lock:
            return bytes(self.head)

    def close(self) -> None:
        """Wait a moment for the thread to see the end. The process must be gone."""
        self.thread.join(timeout=1)
        if not self.thread.is_alive():
            self.pipe.close()
