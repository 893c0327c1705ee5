"""A student's client, with a pipe as its keyboard and one as its screen, and a server to meet."""

from __future__ import annotations

import selectors
import socket
import subprocess

from grader.wire.failure import Kind
from grader.wire.lines import shown
from grader.wire.peer import Peer
from grader.wire.program import Program
from grader.wire.stage import Stage


class Client(Program):
    """A client of the submission, with a pipe as its keyboard and one as its screen."""

    def __init__(self, stage: Stage, *options: str) -> None:
        super().__init__(stage, "client.py", *options, stdin=subprocess.PIPE)
        self.shown = 0  # bytes of its stdout that have been asked for already

    def types(self, *lines: str) -> None:
        """Type each line and press Enter."""
        self.types_bytes("".join(f"{line}\n" for line in lines).encode())

    def types_bytes(self, data: bytes) -> None:
        """Type these bytes as they are, at most 60,000. One that has ended does not mind."""
        self.stage.transcript.record("keyboard", self.name, data)
        assert self.process.popen.stdin is not None
        try:
            self.process.popen.stdin.write(data)
            self.process.popen.stdin.flush()
        except OSError:
            pass  # it has ended; what it should have done is judged by the next verb

    def has_its_keyboard_closed(self) -> None:
        """End its stdin, as Ctrl-D does."""
        self.stage.transcript.record("keyboard", self.name, note="end of stdin")
        assert self.process.popen.stdin is not None
        try:
            self.process.popen.stdin.close()
        except OSError:
            pass  # as in types_bytes

    def prints(self, *lines: str) -> None:
        """Expect exactly these lines next on its stdout."""
        for expected in lines:
            self.stage.wait_until(lambda: b"\n" in self._unread())
            unread = self._unread()
            line, end, _ = unread.partition(b"\n")
            if not end:
                got = f"{shown(unread)} without a line end" if unread else "silence"
                raise self.failed(Kind.SILENCE, f"{expected!r} on the screen", got)
            self.shown += len(line) + 1
            self.stage.transcript.record(self.name, "screen", line + end)
            if line.removesuffix(b"\r") != expected.encode():
                got = shown(line)
                raise self.failed(Kind.DIFFERENT, f"{expected!r} on the screen", got)

    def has_printed_nothing_more(self) -> None:
        """Expect nothing on its stdout but what was asked for. Only after it has ended."""
        unread = self._unread()
        if unread:
            raise self.failed(Kind.UNEXPECTED, "nothing more on the screen", shown(unread))

    def _unread(self) -> bytes:
        return self.process.stdout.beginning()[self.shown :]


class ScriptedServer:
    """A listening socket of the harness, for a student's client to connect to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = int(self.listener.getsockname()[1])
        stage.open.append(self)

    def accepts(self) -> Peer:
        """Expect the client to connect; return the server's end of that connection."""
        accepted: list[socket.socket] = []

        def on_ready() -> None:
            accepted.append(self.listener.accept()[0])

        self.stage.loop.watch(self.listener, on_ready, selectors.EVENT_READ)
        self.stage.wait_until(lambda: bool(accepted))
        self.stage.loop.forget(self.listener)
        if not accepted:
            raise self.stage.fail(Kind.SILENCE, "server", "the client to connect", "silence")
        return Peer(self.stage, "server", accepted[0], "client")

    def close(self) -> None:
        """Listen no more; whoever connects now is refused."""
        self.stage.loop.forget(self.listener)
        self.listener.close()
