"""A scripted party at one end of a TCP connection; the program under test is at the other.

The rule: no verb sleeps to receive. What must not have come is shown by what comes next.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections.abc import Iterable

from grader.wire import sockets
from grader.wire.complaint import mark_unexpected, nothing_came, something_else_came
from grader.wire.connection import Connection
from grader.wire.failure import Kind, WireFailure
from grader.wire.lines import either_shown, line_shown, same_text, shown
from grader.wire.stage import Stage
from grader.wire.transcript import RESET

PIECE_TAKEN = 0.2  # seconds to wait for a piece to be received before the next is sent
PIECE_PAUSE = 0.003  # where the kernel does not tell
A_LITTLE = 0.1  # seconds


class Peer:
    """Somebody who talks to the program. Every verb is recorded; a wrong answer raises WireFailure.

    name: how it is called in the transcript; other: how the program is called there.
    """

    def __init__(self, stage: Stage, name: str, sock: socket.socket, other: str = "server") -> None:
        self.stage = stage
        self.name = name
        self.other = other
        self.connection = Connection(stage, name, sock, other)

    @property
    def arrived(self) -> bytearray:
        """What it has received and not yet been asked for."""
        return self.connection.arrived

    @property
    def ending(self) -> str:
        """How the program ended the stream: "" while it has not, END or RESET."""
        return self.connection.ending

    # -- what it says ---------------------------------------------------------------------

    def sends(self, *lines: str) -> None:
        """Send each line with its end, all of them as one segment if they fit in one."""
        if lines:
            self.sends_bytes("".join(f"{line}\n" for line in lines).encode())

    def sends_bytes(self, data: bytes, *, even_if_hung_up_on: bool = False) -> int:
        """Send these bytes as they are; return how many the kernel took.

        That number is smaller only for a peer that has been hung up on and does not mind.
        """
        sent = self.connection.send(data)
        if sent < len(data) and not even_if_hung_up_on:
            if self.connection.refused:
                raise self._failed(Kind.HANG_UP, f"{shown(data, 30)} to be read", "a hang-up")
            left = f"silence: {len(data) - sent} bytes are not read"
            raise self._failed(Kind.SILENCE, "its bytes to be read", left)
        return sent

    def begins_to_send(self, data: bytes) -> None:
        """Send the bytes as the program takes them, while the test goes on."""
        self.connection.send_later(data)

    def sends_in_pieces(self, data: bytes, cuts: Iterable[int] | None = None) -> None:
        """Send the bytes cut at these offsets (default: after each byte), a segment a piece.

        Each piece is taken by a recv() of its own where the kernel can tell (Linux); elsewhere
        there is a short pause, which can at worst miss a mistake.
        """
        inside = range(1, len(data)) if cuts is None else sorted(set(cuts))
        edges = [0, *(cut for cut in inside if 0 < cut < len(data)), len(data)]
        for begin, end in itertools.pairwise(edges):
            self.sends_bytes(data[begin:end])
            if end < len(data):
                self.waits_until_received()

    def waits_until_received(self) -> None:
        """Wait until the program has taken all that was sent out of the kernel, or a moment."""
        until = time.monotonic() + PIECE_TAKEN * self.stage.slowness
        while (unread := sockets.unread_bytes(self.connection.sock)) != 0:
            if unread is None:
                time.sleep(PIECE_PAUSE)  # on the sending side only
                return
            if time.monotonic() > until:
                return
            self.stage.loop.look(0.0005)

    def waits_until_stopped(self) -> None:
        """Wait until the program has taken all that this peer began to send, or takes no more."""
        self.stage.waits_until_steady(lambda: len(self.connection.unsent))

    # -- what it hears --------------------------------------------------------------------

    def gets(self, *lines: str) -> None:
        """Expect exactly these lines next, in this order."""
        for expected in lines:
            words = line_shown(expected)
            line = self._next_line(words)
            if not same_text(line, expected):
                raise something_else_came(self.connection, words, expected.encode(), line)

    def gets_in_any_order(self, *lines: str) -> None:
        """Expect exactly these lines next, in whatever order."""
        missing = list(lines)
        while missing:
            missing.remove(self.gets_one_of(*missing))

    def gets_one_of(self, *lines: str) -> str:
        """Expect one of these lines next; return which."""
        words = either_shown(lines)
        line = self._next_line(words)
        found = next((text for text in lines if same_text(line, text)), None)
        if found is None:
            raise something_else_came(self.connection, words, " or ".join(lines).encode(), line)
        return found

    def gets_line(self, expected: str = "a line") -> str:
        """Return the next line, whatever it says, without its end; expected: for the message."""
        return self._next_line(expected).decode("utf-8", "replace").removesuffix("\r")

    def gets_bytes(self, expected: bytes) -> None:
        """Expect exactly these bytes next, in however many segments."""

        have = -1

        def news() -> bool:
            """More bytes have come, or enough is known."""
            seen = min(len(self.arrived), len(expected))
            whole = seen == len(expected) or self.ending != ""
            return whole or self.arrived[:seen] != expected[:seen] or len(self.arrived) > have

        while len(self.arrived) > have and len(self.arrived) < len(expected) and not self.ending:
            have = len(self.arrived)
            self.stage.wait_until(news)
        got = bytes(self.arrived[: len(expected)])
        if got == expected:
            del self.arrived[: len(expected)]
            return
        if expected.startswith(got):
            part = f"only {shown(got)}" if got else ""
            raise nothing_came(self.connection, shown(expected), part)
        raise something_else_came(self.connection, shown(expected), expected, got)

    def gets_hung_up_on(self) -> None:
        """Expect the program to end the connection now, and to say nothing more before."""
        ended = self.stage.wait_until(lambda: self.ending != "" or bool(self.arrived))
        if self.arrived:
            mark_unexpected(self.connection)
            raise self._failed(
                Kind.UNEXPECTED, "a hang-up", shown(bytes(self.arrived)), bytes(self.arrived)
            )
        if not ended:
            raise self._failed(Kind.NOT_HUNG_UP, "a hang-up", "the connection stays open")

    def is_reset_in_the_end(self, within: float) -> None:
        """Expect that bytes sent from now on are refused in the end, since all is closed.

        within: seconds, added to the usual patience. Sends a byte now and then meanwhile.
        """
        refused = False

        def knock() -> bool:
            nonlocal refused
            try:
                self.connection.sock.send(b".")
            except BlockingIOError:
                return False
            except OSError:
                refused = True
            return refused or self.ending == RESET

        deadline = self.stage.patience(within)
        for patience in (deadline, self.stage.patience()):
            if self.stage.wait_until(knock, patience):
                return
        raise self._failed(
            Kind.NOT_HUNG_UP, "the connection to be closed for good", "it stays half open"
        )

    # -- how it goes ----------------------------------------------------------------------

    def ends_its_stream(self) -> None:
        """Half-close: say that nothing more will be sent, and go on reading."""
        self.connection.end_stream()

    def ends_its_stream_with(self, data: bytes) -> None:
        """Send these last bytes, and half-close: both are there at once, where that can be (Linux).

        At most a few kilobytes, on a connection that takes them.
        """
        self.connection.end_stream_with(data)

    def hangs_up(self) -> None:
        """Leave: close the connection in the ordinary way."""
        self.stage.transcript.record(self.name, self.other, note="hangs up")
        self.connection.close()

    def resets(self) -> None:
        """Vanish: close the connection with a reset."""
        self.connection.reset()

    def goes_silent(self) -> None:
        """Stay connected, and neither read nor write any more."""
        self.stage.transcript.record(self.name, self.other, note="stops reading")
        self.connection.read(False)

    def reads_a_little(self) -> None:
        """Go on reading after goes_silent(), in small pieces, for a moment.

        Whoever waits for room in the kernel gets many small chances to write.
        """
        self.connection.read(True)
        self.stage.lets_time_pass(A_LITTLE)

    def reads_again(self) -> None:
        """Go on reading after goes_silent(), as fast as it can."""
        self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.connection.read(True)

    def delays_its_receipts(self) -> None:
        """Let the kernel acknowledge late, as it does for a client that mostly listens (Linux).

        What has come so far it acknowledges now.
        """
        if hasattr(socket, "TCP_QUICKACK"):
            for at_once in (1, 0):
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, at_once)

    # -- inside ---------------------------------------------------------------------------

    def _next_line(self, expected: str) -> bytes:
        self.stage.wait_until(lambda: b"\n" in self.arrived or self.ending != "")
        line = self.connection.take_line()
        if self.connection.never_ends:
            raise self._failed(Kind.DIFFERENT, expected, "other lines, without an end")
        if line is not None:
            return line
        part = f"{shown(bytes(self.arrived))} without a line end" if self.arrived else ""
        raise nothing_came(self.connection, expected, part)

    def _failed(self, kind: Kind, expected: str, got: str, data: bytes = b"") -> WireFailure:
        return self.stage.fail(kind, self.name, expected, got, data)
