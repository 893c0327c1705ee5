"""A server that the harness plays, for a student's client to meet."""

from __future__ import annotations

import selectors
import socket

from grader.wire import sockets
from grader.wire.failure import Kind
from grader.wire.patience import STARTING
from grader.wire.peer import Peer
from grader.wire.stage import Stage


class ScriptedServer:
    """A listening socket of the harness, for a student's client to connect to."""

    def __init__(self, stage: Stage, *, receive_buffer: int = 0) -> None:
        """receive_buffer: bytes that its kernel may hold for it; 0 leaves that to the system."""
        self.stage = stage
        self.listener = socket.socket()
        if receive_buffer:
            sockets.holds_little(self.listener, receive_buffer)
        else:
            self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.listener.setblocking(False)
        self.host, self.port = self.listener.getsockname()
        stage.open.append(self)

    def accepts(self) -> Peer:
        """Expect the client to connect; return the server's end of that connection."""
        accepted: list[socket.socket] = []

        def on_ready() -> None:
            accepted.append(self.listener.accept()[0])

        self.stage.loop.watch(self.listener, on_ready, selectors.EVENT_READ)
        self.stage.wait_until(lambda: bool(accepted), self.stage.patience(STARTING))
        self.stage.loop.forget(self.listener)
        if not accepted:
            raise self.stage.fail(Kind.SILENCE, "server", "the client to connect", "silence")
        return Peer(self.stage, "server", accepted[0], "client")

    def close(self) -> None:
        """Listen no more; whoever connects now is refused."""
        self.stage.loop.forget(self.listener)
        self.listener.close()
