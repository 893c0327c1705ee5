"""A student's program as the suites see it: a server to visit, or a client with a keyboard."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys

from grader.wire import sockets
from grader.wire.failure import Kind, WireFailure
from grader.wire.lines import shown
from grader.wire.patience import PATIENCE
from grader.wire.peer import Peer
from grader.wire.process import POSIX, Process
from grader.wire.stage import Stage, status_words
from grader.wire.usage import MIB, Usage, peak_memory, usage

READY = re.compile(r"^listening on (\S+):([0-9]+)\r?$", re.MULTILINE)
SPARE = 2  # a run-time may open something lazily, once
INTERRUPT = signal.SIGINT if POSIX else signal.CTRL_BREAK_EVENT  # type: ignore[attr-defined]
TERMINATE = signal.SIGTERM if POSIX else INTERRUPT


class Program:
    """One program file of the submission, started with some options.

    asked: the command as a suite gave it, for messages; empty for a server or client, whose
    command says nothing new.
    """

    def __init__(
        self, stage: Stage, file: str, *options: str, stdin: int = subprocess.DEVNULL
    ) -> None:
        self.stage = stage
        self.name = file.removesuffix(".py")
        self.asked = " ".join((file, *options)) if type(self) is Program else ""
        if not (stage.folder / file).is_file():
            raise stage.fail(Kind.MISSING, "grader", f"a file {file}", "no such file")
        self.process: Process = stage.start([sys.executable, file, *options], stdin=stdin)

    def failed(self, kind: Kind, expected: str, got: str) -> WireFailure:
        """Return the failure to raise."""
        return self.stage.fail(kind, self.name, expected, got)

    def is_told_to_stop(self, number: int = INTERRUPT) -> None:
        """Send Ctrl-C, or another signal."""
        self.stage.transcript.record("keyboard", self.name, note=signal.Signals(number).name)
        self.stage.expected_to_end = True
        self.process.send_signal(number)

    def ends(self, status: int, within: float = PATIENCE) -> None:
        """Expect the program to end by itself with this status, and nothing it started to stay.

        within: seconds, scaled for this machine.
        """
        self.stage.expected_to_end = True
        process = self.process
        limit = self.stage.patience(within)
        if not self.stage.wait_until(lambda: process.status is not None, limit, through_end=True):
            what = f"'{self.asked}'" if self.asked else "the program"
            raise self.failed(
                Kind.STILL_RUNNING, f"{what} to end within {within:g} s", "it runs on"
            )
        self.stage.wait_until(lambda: process.ended, limit, through_end=True)
        if process.status != status:
            what = f" of '{self.asked}'" if self.asked else ""
            got = status_words(process.status)
            raise self.failed(Kind.STATUS, f"exit status {status}{what}", got)
        if not self.stage.wait_until(lambda: not process.group(), limit, through_end=True):
            raise self.failed(
                Kind.STILL_RUNNING, "nothing left running", f"{len(process.group())} processes"
            )

    def memory(self) -> dict[int, int]:
        """Return the most bytes that each of its processes has held so far, by process id."""
        return peak_memory(self.process)

    def has_not_grown_by(self, limit: int, since: dict[int, int]) -> None:
        """Expect its memory to have grown by less than `limit` bytes since memory() was asked."""
        growth = sum(now - since.get(pid, now) for pid, now in self.memory().items())
        if growth >= limit:
            raise self.failed(
                Kind.RESOURCES,
                f"its memory to grow by less than {limit // MIB} MiB",
                f"{growth / MIB:.0f} MiB more",
            )

    def usage(self) -> Usage:
        """Return how many threads and descriptors it has now."""
        return usage(self.process)

    def is_back_to(self, before: Usage) -> None:
        """Expect it to have no more threads and descriptors than before, but for two."""

        def back() -> bool:
            now = self.usage()
            return (
                now.threads <= before.threads + SPARE
                and now.descriptors <= before.descriptors + SPARE
            )

        if not self.stage.wait_until(back):
            raise self.failed(Kind.RESOURCES, f"{before} as before", str(self.usage()))

    def says_on_stderr(self, text: str) -> None:
        """Expect a line on stderr that begins with this text."""
        lines = self.process.stderr.text().splitlines()
        if not any(line.startswith(text) for line in lines):
            got = shown(lines[-1].encode()) if lines else "nothing"
            raise self.failed(Kind.OUTPUT, f"{text!r} on stderr", got)

    def says_how_to_use_it(self) -> None:
        """Expect the word usage somewhere in what it printed."""
        both = self.process.stderr.text() + self.process.stdout.text()
        if "usage" not in both.lower():
            raise self.failed(Kind.OUTPUT, "a usage line", shown(both.encode()))


class Server(Program):
    """A server of the submission, on a free port, that said it was ready and is."""

    def __init__(self, stage: Stage, *options: str, port: int = 0) -> None:
        super().__init__(stage, "server.py", "--port", str(port), *options)
        self.options = options
        self.host, self.port = self._wait_until_ready()

    def begins_afresh(self, restart: bool = False) -> None:
        """Send all peers home and begin a new transcript; start the program again if asked to."""
        self.stage.send_peers_home()
        if restart or self.process.ended:
            self.is_killed()
            self.__init__(self.stage, *self.options)  # type: ignore[misc]
        self.stage.transcript.restart()

    def _wait_until_ready(self) -> tuple[str, int]:
        stdout = self.process.stdout
        self.stage.wait_until(lambda: READY.search(stdout.text()) is not None)
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
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            sockets.takes_small_segments(sock)
        try:
            sock.connect((self.host, self.port))
        except OSError as error:
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

    def starts_again(self) -> Server:
        """Start the same server again on the same port; the one before must have ended."""
        return Server(self.stage, *self.options, port=self.port)

    def is_killed(self) -> None:
        """End it without a warning, as a power cut would, and wait until it is gone."""
        self.stage.transcript.record("keyboard", self.name, note="killed")
        self.stage.expected_to_end = True
        self.process.kill()
        self.stage.wait_until(lambda: self.process.ended, through_end=True)


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

        self.stage.loop.watch(self.listener, on_ready, 1)
        self.stage.wait_until(lambda: bool(accepted))
        self.stage.loop.forget(self.listener)
        if not accepted:
            raise self.stage.fail(Kind.SILENCE, "server", "the client to connect", "silence")
        return Peer(self.stage, "server", accepted[0], "client")

    def close(self) -> None:
        """Listen no more; whoever connects now is refused."""
        self.stage.loop.forget(self.listener)
        self.listener.close()
