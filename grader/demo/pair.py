"""Two ends of one TCP connection on this machine, with what goes through each call recorded.

The rule: what one end has sent lies in the kernel of the other end before the next step, so
that a demonstration shows the same each time.
"""

from __future__ import annotations

import socket
import time
from types import TracebackType

from grader.wire.sockets import unread_bytes
from grader.wire.transcript import Transcript

KERNEL = "kernel"
PATIENCE = 5.0  # seconds for any call
WAIT = 0.001  # seconds between two looks at what has arrived


class Pair:
    """ann's end and the server's end, connected; `with` closes both. Only for one thread."""

    def __init__(self) -> None:
        self.transcript = Transcript()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(PATIENCE)
            self.ann = socket.create_connection(listener.getsockname(), timeout=PATIENCE)
            self.server, _ = listener.accept()
        self.server.settimeout(PATIENCE)
        self.ann.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Pair:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ann.close()
        self.server.close()

    def ann_sends(self, data: bytes) -> None:
        """Call sendall() at ann's end, and wait until the bytes are at the other end.

        At most what a kernel keeps (some 100,000 bytes): nobody reads meanwhile.
        """
        waiting = unread_bytes(self.ann)
        self.ann.sendall(data)
        self.transcript.record("ann", KERNEL, data)
        until = time.monotonic() + PATIENCE
        while waiting is not None and time.monotonic() < until:
            if (unread_bytes(self.ann) or 0) >= waiting + len(data):
                return
            time.sleep(WAIT)
        time.sleep(WAIT)  # where the kernel does not tell

    def server_receives(self, most: int) -> bytes:
        """Call recv(most) once at the server's end; return what it returned."""
        data = self.server.recv(most)
        self.transcript.record(KERNEL, "server", data, "" if data else "end of the stream")
        return data
