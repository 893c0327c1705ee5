"""A student's server, ready to be visited."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path
from typing import Any

from grader.box.limits import LIMITS
from grader.wire import sockets
from grader.wire.failure import Kind
from grader.wire.lines import shown
from grader.wire.patience import PATIENCE, STARTING
from grader.wire.peer import Peer
from grader.wire.program import Program
from grader.wire.stage import Stage

OURS = ("127.0.0.1", "localhost")
ANOTHER_OF_OURS = "127.0.0.2"
READY = re.compile(r"^listening on ([!-~]{1,255}):([0-9]{1,5})\r?\n", re.MULTILINE)


class Server(Program):
    """A server of the submission, on a free port, that said it was ready and is.

    descriptors: the most that it may have open at a time, where the system can see to it; 0 for
    as many as anybody needs. short_sends, restless, buffered: see Program. stdin: see Process.
    """

    def __init__(
        self,
        stage: Stage,
        *options: str,
        port: int = 0,
        folder: Path | None = None,
        descriptors: int = 0,
        short_sends: bool = False,
        restless: bool = False,
        stdin: int = subprocess.DEVNULL,
        buffered: bool = False,
    ) -> None:
        limits = LIMITS | ({"-n": descriptors} if descriptors else {})
        words = ("--port", str(port), *options)
        self.options = options
        settings: dict[str, Any] = {"folder": folder, "stdin": stdin, "buffered": buffered}
        settings |= {"short_sends": short_sends, "restless": restless}
        super().__init__(stage, "server.py", *words, limits=limits, **settings)
        self.settings = settings | {"descriptors": descriptors}
        self.witness: Peer | None = None  # somebody who stays when the server begins afresh
        self.host, self.port = self._wait_until_ready()

    def begins_afresh(self, restart: bool = False) -> None:
        """Send all peers home and begin a new transcript; start the program again if asked to."""
        self.stage.send_peers_home()
        if restart or self.process.ended:
            self.stage.send_all_home()
            self.witness = None
            self.is_killed()
            fresh = Server(self.stage, *self.options, **self.settings)
            self.process, self.host, self.port = fresh.process, fresh.host, fresh.port
        self.stage.transcript.restart()

    def keeps(self, peer: Peer) -> Peer:
        """Let this visitor stay, as a witness, when the server begins afresh; return it."""
        self.stage.lets_stay(peer.connection)
        self.witness = peer
        return peer

    def _wait_until_ready(self) -> tuple[str, int]:
        stdout = self.process.stdout
        starting = self.stage.patience(STARTING)
        self.stage.wait_until(lambda: READY.search(stdout.text()) is not None, starting)
        ready = READY.search(stdout.text())
        expected = "the line 'listening on HOST:PORT' on its stdout"
        if ready is None:
            printed = stdout.beginning()
            raise self.failed(Kind.NOT_READY, expected, shown(printed) if printed else "nothing")
        host, port = ready[1], int(ready[2])
        if not self.stage.wait_until(lambda: sockets.is_listening(port) is not False):
            raise self.failed(
                Kind.NOT_READY, f"somebody to listen on port {port}", "nobody listens there"
            )
        self.stage.transcript.restart()
        return host, port

    def visitor(self, name: str, *, receive_buffer: int = 0) -> Peer:
        """Connect a new peer to the server.

        receive_buffer: bytes that its kernel may hold for it, and the server's kernel little
        more; 0 leaves that to the system.
        """
        sock = socket.socket()
        sock.settimeout(PATIENCE * self.stage.slowness)
        if receive_buffer:
            sockets.holds_little(sock, receive_buffer)
        try:
            sock.connect((self.host, self.port))
        except (OSError, ValueError, OverflowError) as error:  # no address, and no port, at all
            sock.close()
            self.stage.loop.look(0)
            raise self.stage.fail(
                Kind.SILENCE if isinstance(error, TimeoutError) else Kind.HANG_UP,
                name,
                f"a connection to {self.host}:{self.port}",
                str(error),
            ) from None
        return Peer(self.stage, name, sock)

    def visitors(self, *names: str) -> list[Peer]:
        """Connect several peers, one after the other."""
        return [self.visitor(name) for name in names]

    def is_for_this_machine_only(self) -> None:
        """Expect it to listen on 127.0.0.1, as it does unless --host names another address.

        Whoever listens on every address is reached by another one of this machine's (Linux).
        """
        others = sockets.can_reach(ANOTHER_OF_OURS, self.port)
        if others or self.host not in OURS:
            raise self.failed(
                Kind.NOT_READY,
                "it to listen on 127.0.0.1 and nowhere else, without --host",
                "it listens on every address" if others else f"it listens on {self.host}",
            )

    def starts_again(self) -> Server:
        """Start the same server again on the same port; the one before must have ended."""
        return Server(self.stage, *self.options, port=self.port, **self.settings)

    def is_killed(self) -> None:
        """End it without a warning, as a power cut would, and wait until it is gone."""
        self.stage.transcript.record("keyboard", self.name, note="killed")
        self.process.expected_to_end = True
        self.process.kill()
        self.stage.wait_until(
            lambda: self.process.ended and not self.process.group(), through_end=True
        )
