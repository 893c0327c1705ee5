"""One TCP connection of a scripted party: bytes out, bytes in, how it ended; no judgement.

The rule: whatever arrives is recorded when it arrives.
"""

from __future__ import annotations

import functools
import selectors
import socket

from grader.wire import sockets
from grader.wire.lines import take_line
from grader.wire.stage import Stage
from grader.wire.transcript import END, RESET

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 262144  # bytes for one call of the kernel
MORE_TO_COME = getattr(socket, "MSG_MORE", 0)  # the kernel keeps it for the next segment (Linux)
UNREAD_LIMIT = 64 * 1024 * 1024  # bytes kept; past that the program is flooding, and waits
UNREAD_IN_ALL = 4 * UNREAD_LIMIT  # of all connections of a task
MOST_LINES = 200_000  # of one connection; no suite asks anybody for a tenth of them
MUCH = 1024 * 1024  # bytes; who has less does not matter for that


class Connection:
    """A connected socket between the party `name` and the program, called `other`."""

    def __init__(self, stage: Stage, name: str, sock: socket.socket, other: str) -> None:
        self.stage = stage
        self.name = name
        self.other = other
        self.sock = sock
        self.arrived = bytearray()  # received and not yet taken
        self.lines = 0  # taken so far
        self.unsent = bytearray()  # waiting for room in the kernel
        self.refused = False  # the connection is closed: nothing more can be sent
        self.reading = True
        self.ending = ""  # how the other side ended the stream: "", END or RESET
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._watch()
        stage.open.append(self)

    def send_later(self, data: bytes) -> None:
        """Send the bytes as the program takes them, whatever else is going on."""
        self.stage.transcript.record(self.name, self.other, data)
        self.unsent += data
        self._send_some()

    def send(self, data: bytes) -> int:
        """Send the bytes; return how many the kernel took.

        They are fewer when the connection is closed (see `refused`), or when nobody has taken
        any for as long as the patience lasts.
        """
        self.send_later(data)
        while self.unsent and not self.refused:
            left = len(self.unsent)
            if not self.stage.wait_until(functools.partial(self._moved, left)):
                break
        return len(data) - len(self.unsent)

    def _moved(self, left: int) -> bool:
        return self.refused or len(self.unsent) < left

    def _ready(self) -> None:
        self._receive()
        if self.unsent and not self.refused:
            self._send_some()

    def end_stream_with(self, data: bytes) -> None:
        """Send the bytes, and in the same segment, if they fit (Linux), that they are the last."""
        self.stage.transcript.record(self.name, self.other, data)
        self.unsent += data
        self._send_some(MORE_TO_COME)
        self.end_stream()

    def _send_some(self, flags: int = 0) -> None:
        try:
            while self.unsent:
                with memoryview(self.unsent)[:CHUNK] as view:
                    sent = self.sock.send(view, flags)
                del self.unsent[:sent]
        except BlockingIOError:
            pass  # the rest follows when there is room
        except OSError:
            self.refused = True
        self._watch()

    def _watch(self) -> None:
        """Be woken for what there still is to do."""
        events = READ if self.reading and not self.ending else 0
        events |= WRITE if self.unsent and not self.refused else 0
        if events:
            self.stage.loop.watch(self.sock, self._ready, events)
        else:
            self.stage.loop.forget(self.sock)

    def take_line(self) -> bytes | None:
        """Take the next line, without its end, of what has arrived; None if there is none."""
        self.lines += 1
        return take_line(self.arrived)

    @property
    def never_ends(self) -> bool:
        """Whether more lines were taken than anybody waits for.

        As long as each is there when it is asked for, no limit of time would end that.
        """
        return self.lines > MOST_LINES

    def _receive(self) -> None:
        if not self.reading or self.ending:
            return
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self._ended(RESET)
            return
        if not data:
            self._ended(END)
            return
        self.stage.transcript.record(self.other, self.name, data)
        self.arrived += data
        if len(self.arrived) > MUCH and self._is_flooded():
            self.read(False)

    def _is_flooded(self) -> bool:
        others = (one for one in self.stage.open if isinstance(one, Connection))
        in_all = sum(len(one.arrived) for one in others)
        return len(self.arrived) > UNREAD_LIMIT or in_all > UNREAD_IN_ALL

    def _ended(self, how: str) -> None:
        self.ending = how
        self.stage.transcript.record(self.other, self.name, note=how)
        self._watch()

    def read(self, reading: bool) -> None:
        """Stop reading: leave whatever comes in the kernel; or begin again."""
        self.reading = reading
        self._watch()

    def end_stream(self) -> None:
        """Say that nothing more will be sent. One that is closed already is no error."""
        self.stage.transcript.record(self.name, self.other, note=END)
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the program was faster; what it said last is judged by the next verb

    def reset(self) -> None:
        """Vanish: close with a reset."""
        self.stage.transcript.record(self.name, self.other, note=RESET)
        self.stage.loop.forget(self.sock)
        sockets.reset(self.sock)

    def close(self) -> None:
        """Close without a word in the transcript. Closing twice is no error."""
        self.stage.loop.forget(self.sock)
        self.sock.close()
