"""The load of files: one sender, some receivers, and every byte of it compared.

The sender and the receivers are here, in one thread: what moves is large, so Python costs little.
"""

from __future__ import annotations

import hashlib
import selectors
import socket
import time
from collections.abc import Iterator

from tests.benchmarks.errors import Unmeasured

CHUNK = 65536  # bytes of the file in one piece
PATIENCE = 10.0  # seconds in which nothing moves
NAME = b"big.bin"
PATTERN = bytes((at * 131 + at // 256) % 256 for at in range(CHUNK - 8))


def chunk(number: int) -> bytes:
    """Return one piece of the file; no two of them are alike."""
    return number.to_bytes(8, "big") + PATTERN


def digest(chunks: int) -> bytes:
    """Return the SHA-256 of the file, in hexadecimal digits."""
    whole = hashlib.sha256()
    for number in range(chunks):
        whole.update(chunk(number))
    return whole.hexdigest().encode()


def stream(chunks: int, label: bytes | None, sha256: bytes) -> Iterator[bytearray]:
    """Yield all that goes over the wire under this label; with none, the bare bytes.

    Every piece is the same object, and good until the next is asked for: so nothing is copied.
    """
    if label is not None:
        yield bytearray(b"/file %b %d %b\n" % (label, chunks * CHUNK, NAME))
    head = b"" if label is None else b"/data %b %d\n" % (label, CHUNK)
    piece = bytearray(head + chunk(0))
    for number in range(chunks):
        piece[len(head) : len(head) + 8] = number.to_bytes(8, "big")
        yield piece
    if label is not None:
        yield bytearray(b"/end %b %b\n" % (label, sha256))


class Sending:
    """The sender's end: pieces go out as the kernel takes them."""

    def __init__(self, connection: socket.socket, pieces: Iterator[bytearray]) -> None:
        self.connection = connection
        self.pieces = pieces
        self.piece = bytearray()
        self.sent = 0

    def go_on(self) -> bool:
        """Send some more; return whether all has been sent."""
        if self.sent == len(self.piece):
            following = next(self.pieces, None)
            if following is None:
                return True
            self.piece, self.sent = following, 0
        with memoryview(self.piece) as view:
            self.sent += self.connection.send(view[self.sent :])
        return False


class Receiving:
    """A receiver's end: each piece is compared as soon as it is whole."""

    def __init__(self, connection: socket.socket, pieces: Iterator[bytearray]) -> None:
        self.connection = connection
        self.pieces = pieces
        self.expected = next(pieces)
        self.piece = bytearray(len(self.expected))
        self.have = 0

    def go_on(self) -> bool:
        """Take what is there of one piece; return whether that was the last. Raises Unmeasured."""
        with memoryview(self.piece) as view:
            got = self.connection.recv_into(view[self.have :])
        if not got:
            raise Unmeasured("a receiver was hung up on")
        self.have += got
        if self.have < len(self.piece):
            return False
        if self.piece != self.expected:
            raise Unmeasured("garbled: a receiver got other bytes than were sent")
        following = next(self.pieces, None)
        if following is None:
            return True
        if len(following) != len(self.piece):
            self.piece = bytearray(len(following))
        self.expected, self.have = following, 0
        return False


def send_file(port: int, chunks: int, receivers: int, sha256: bytes, is_chat: bool) -> float:
    """Send a file of so many pieces to so many receivers; return the seconds it took.

    Raises Unmeasured when a byte is wrong, or nothing moves for PATIENCE seconds.
    """
    names = [b"ann", *(b"r%d" % number for number in range(receivers))]
    connections = [_visit(port) for _ in names]
    try:
        if is_chat:
            _introduce(connections, names)
        labels = (b"1", b"ann/1") if is_chat else (None, None)
        sending = Sending(connections[0], stream(chunks, labels[0], sha256))
        streams = [Receiving(one, stream(chunks, labels[1], sha256)) for one in connections[1:]]
        began = time.perf_counter()
        _move(sending, streams)
        seconds = time.perf_counter() - began
        if is_chat:
            _hear(connections[0], b"* sent %b (%d bytes) to " % (NAME, chunks * CHUNK))
        return seconds
    except OSError as error:
        raise Unmeasured(f"a connection broke: {error}") from None
    finally:
        for connection in connections:
            connection.close()


def _visit(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _introduce(connections: list[socket.socket], names: list[bytes]) -> None:
    """Let all of them in, the sender last; each has heard of everybody afterwards."""
    order = [*range(1, len(names)), 0]
    for place, number in enumerate(order):
        _hear(connections[number], b"* what is your name?\n")
        connections[number].sendall(names[number] + b"\n")
        _hear(connections[number], b"* welcome, " + names[number] + b"\n")
        for other in order[:place]:
            _hear(connections[other], b"* " + names[number] + b" joined\n")


def _hear(connection: socket.socket, words: bytes) -> None:
    """Expect just these words to come next."""
    connection.settimeout(PATIENCE)
    got = b""
    while len(got) < len(words) and (more := connection.recv(len(words) - len(got))):
        got += more
    if got != words:
        raise Unmeasured(f"expected {words!r}, got {got!r}")


def _move(sending: Sending, receiving: list[Receiving]) -> None:
    """Go on wherever the kernel has bytes or room, until every receiver has everything."""
    with selectors.DefaultSelector() as selector:
        for connection in [sending.connection, *(one.connection for one in receiving)]:
            connection.setblocking(False)
        selector.register(sending.connection, selectors.EVENT_WRITE, sending)
        for one in receiving:
            selector.register(one.connection, selectors.EVENT_READ, one)
        waiting = len(receiving)
        while waiting:
            ready = selector.select(PATIENCE)
            if not ready:
                raise Unmeasured(f"nothing moved for {PATIENCE:.0f} s")
            for key, _ in ready:
                if key.data.go_on():
                    selector.unregister(key.fileobj)
                    waiting -= isinstance(key.data, Receiving)
