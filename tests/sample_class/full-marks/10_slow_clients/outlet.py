"""What waits to be sent to one client.

The rule: only the writer's thread sends, and it never waits for a client. What a
connection does not take at once stays here.
"""

import socket
import struct
import threading
import time
from collections import deque
from contextlib import suppress

DO_NOT_WAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none
FOREVER = None if DO_NOT_WAIT else 1_000_000  # seconds that a reader waits; see sending_side()
GATHERED = 256 * 1024  # bytes that one send() is offered, if so many wait
SMALL = 4096  # bytes; a larger piece is shared by all clients that wait for it
LINES = "lines"  # the kinds of what is posted for a client: whole lines,
FILE = "file"  # a part of a file, with its head,
LAST = "last"  # nothing, and nothing will come behind it,
DROP = "drop"  # nothing, and do not wait any more for the client to take what is there
NO_LINGER = struct.pack("ii", 1, 0)  # close() forgets what is still on its way


class Outlet:
    """The sending side of one connection. Only for the writer, but for what says otherwise.

    What sends raises OSError when the client is gone.
    """

    def __init__(self, connection):
        self.connection = connection
        self.sending = sending_side(connection)
        self.waiting = deque()  # (bytes, their kind)
        self.lines_waiting = 0  # bytes
        self.files_waiting = 0  # bytes; any thread may look
        self.waiting_since = 0.0  # time.monotonic() of a file's first byte here, or the last taken
        self.is_last = False  # nothing will come behind the pieces
        self.is_unwanted = False  # its own thread gives it up
        self.is_open = True  # something may still be sent
        self.dropped = False  # it took too little; any thread may look
        self.ended = threading.Event()  # nothing will be sent any more; any thread may wait

    def send(self, pieces):
        """Send what waits, then these pieces of sorted_mail(), as far as taken; say if all went."""
        sent = 0
        if not self.waiting:
            data = pieces[0][0] if len(pieces) == 1 else b"".join([data for data, _ in pieces])
            sent = self.take(data)
            if sent == len(data):
                return True
        for piece in pieces:
            self.put_by(*piece)
        self.forget(sent)
        return False

    def send_waiting(self):
        """Send as much of what waits as the connection takes; say whether that was all."""
        while self.waiting:
            data = self.first_bytes()
            sent = self.take(data)
            self.forget(sent)
            if sent < len(data):
                return False
        return True

    def take(self, data):
        """Return how many of these bytes the connection takes now, without waiting."""
        try:
            return self.sending.send(data, DO_NOT_WAIT)
        except BlockingIOError:
            return 0

    def put_by(self, data, kind):
        """Put a piece behind those that wait. Small ones are joined: each costs memory."""
        if kind == FILE:
            if not self.files_waiting:
                self.waiting_since = time.monotonic()
            self.files_waiting += len(data)
        else:
            self.lines_waiting += len(data)
            last = self.waiting[-1][0] if self.waiting else b""
            if len(data) < SMALL:
                if type(last) is bytearray and len(last) < GATHERED:
                    last += data
                    return
                data = bytearray(data)
        self.waiting.append((data, kind))

    def first_bytes(self):
        """Return the first piece, or the first few joined."""
        gathered, size = [], 0
        for data, _ in self.waiting:
            gathered.append(data)
            size += len(data)
            if size >= GATHERED:
                break
        return b"".join(gathered) if len(gathered) > 1 else gathered[0]

    def forget(self, sent):
        """Take so many bytes off the pieces that wait: the connection has taken them."""
        if sent:
            self.waiting_since = time.monotonic()
        while sent:
            data, kind = self.waiting.popleft()
            taken = min(sent, len(data))
            if taken < len(data):
                self.waiting.appendleft((memoryview(data)[taken:], kind))
            if kind == FILE:
                self.files_waiting -= taken
            else:
                self.lines_waiting -= taken
            sent -= taken

    def takes_no_file(self, seconds):
        """Say whether bytes of a file wait, and nothing was taken for so long."""
        return self.files_waiting and time.monotonic() - self.waiting_since > seconds

    def end(self, how=socket.SHUT_WR):
        """Send nothing more. With SHUT_RDWR nothing more comes either, and the reader wakes.

        The reader closes the connection. A client that has gone is no error.
        """
        with suppress(OSError):
            self.connection.shutdown(how)
        self.sending.detach()
        self.waiting.clear()
        self.lines_waiting = self.files_waiting = 0
        self.is_open = False
        self.ended.set()

    def drop(self):
        """Give the client up, and all that is still on its way to it."""
        self.dropped = True
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.end(socket.SHUT_RDWR)


def sending_side(connection):
    """Return a second socket object for the same connection, whose send() never waits.

    Without DO_NOT_WAIT that is a matter of the object: then the reader's waits FOREVER.
    """
    sending = socket.socket(fileno=connection.fileno())
    if not DO_NOT_WAIT:
        connection.settimeout(FOREVER)
        sending.setblocking(False)
    return sending
