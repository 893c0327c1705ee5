"""Files on the wire, as the suites from lesson 09 on expect them."""

from __future__ import annotations

import hashlib
import re

from grader.suite import scenes
from grader.wire.failure import Kind
from grader.wire.lines import shown
from grader.wire.peer import Peer

MAX_CHUNK = 65536
MAX_LINE = 65536
SIZES = (0, 1, 1023, 1024, 1025, 65_536, 65_537)
ALL_BYTES = bytes(range(256))
OWN_LINES = b"/end 1 abc\n/data 1 5\n* bob left\n/cancel 1\nbob: hi\n/quit\n\n"
MOST_DIGITS = 15  # of a SIZE
MOST_BETWEEN = 1000  # lines beside a file; who says more is not listened to any longer


def digest(data: bytes) -> str:
    """Return the SHA-256 of the data, as /end wants it."""
    return hashlib.sha256(data).hexdigest()


def chunks(data: bytes, size: int = MAX_CHUNK) -> list[bytes]:
    """Cut data into chunks of this many bytes."""
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


def file_as_sent(number: object, name: str, data: bytes, size: int = MAX_CHUNK) -> bytes:
    """Return all that is said of one file, in order. number: an ID, or SENDER/ID."""
    pieces = [f"/file {number} {len(data)} {name}\n".encode()]
    pieces += [f"/data {number} {len(one)}\n".encode() + one for one in chunks(data, size)]
    return b"".join([*pieces, f"/end {number} {digest(data)}\n".encode()])


def gets_chunk(person: Peer, number: object, data: bytes) -> None:
    """Expect one chunk, its line and its bytes."""
    person.gets(f"/data {number} {len(data)}")
    person.gets_bytes(data)


def gets_file(person: Peer, number: object, name: str, data: bytes, size: int = MAX_CHUNK) -> None:
    """Expect one file, from its first line to its last, in chunks of this size."""
    person.gets(f"/file {number} {len(data)} {name}")
    for one in chunks(data, size):
        gets_chunk(person, number, one)
    person.gets(f"/end {number} {digest(data)}")


def gets_chunks_and_lines(
    person: Peer, number: object, chunk: bytes, count: int, said: list[str]
) -> None:
    """Expect so many equal chunks of a file, and these lines between them, all of them whole."""
    heard = []
    for _ in range(count + len(said)):
        line = person.gets_line()
        if line == f"/data {number} {len(chunk)}":
            person.gets_bytes(chunk)
        else:
            heard.append(line)
    scenes.said_in_this_order(person, heard, said)


def is_cancelled(person: Peer, number: object) -> None:
    """Expect the notice that nothing comes of a transfer; the reason is free."""
    begins(person, f"* transfer {number} cancelled: ")


def gets_behind_a_cancel(person: Peer, number: object, line: str) -> None:
    """Expect this line; before it the person may also be told that the open file is cancelled."""
    person.stage.wait_until(lambda: b"\n" in person.arrived)
    if person.arrived.startswith(f"* transfer {number} ".encode()):
        is_cancelled(person, number)
    person.gets(line)


def sends_a_bad_chunk(person: Peer, bad: bytes, *others: Peer) -> None:
    """Let somebody with an open file say this: it is cancelled, and the connection ends."""
    person.sends_bytes(b"/file 1 4 x\n" + bad)
    gets_behind_a_cancel(person, 1, "* bad frame")
    person.gets_hung_up_on()
    for other in others:
        label = f"{person.name}/1"
        other.gets(f"/file {label} 4 x", f"/cancel {label}", f"* {person.name} left")
    person.hangs_up()


def begins(person: Peer, beginning: str) -> str:
    """Expect a line that begins so next; return the rest of it."""
    words = f"a line that begins with {beginning!r}"
    line = person.gets_line(words)
    if not line.startswith(beginning):
        got = shown(line.encode())
        raise person.stage.fail(Kind.DIFFERENT, person.name, words, got, line.encode())
    return line.removeprefix(beginning)


def takes_file(server: Peer, number: int, name: str, data: bytes) -> list[str]:
    """Expect a client to send this file, in chunks as it likes.

    Return the lines of chat before it and between the chunks: its turn need not come at once.
    """
    between: list[str] = []
    while _chat_comes(server):
        _notes(server, between, server.gets_line())
    begins_file(server, number, name, len(data))
    done = 0
    while True:
        line = server.gets_line()
        head = re.fullmatch(rf"/data {number} ([0-9]{{1,9}})", line)
        if head:
            size = int(head[1])
            left = min(MAX_CHUNK, len(data) - done)
            if not 1 <= size <= left:
                words = f"a chunk of 1 to {left} bytes" if left else "no chunk behind the last byte"
                raise server.stage.fail(Kind.DIFFERENT, server.name, words, repr(line))
            server.gets_bytes(data[done : done + size])
            done += size
        elif line.startswith("/end "):
            wanted = f"/end {number} {digest(data)}"
            if line != wanted or done < len(data):
                got = f"{line!r} after {done} of {len(data)} bytes"
                raise server.stage.fail(Kind.DIFFERENT, server.name, repr(wanted), got)
            return between
        else:
            _notes(server, between, line)


def begins_file(server: Peer, number: int, name: str, size: int) -> None:
    """Expect a client to announce a file; it may write the size with zeros in front."""
    padded = re.match(rf"/file {number} (0*){size} ".encode(), bytes(server.arrived[:MAX_LINE]))
    digits = f"{padded[1].decode() if padded else ''}{size}"
    server.gets(f"/file {number} {digits if len(digits) <= MOST_DIGITS else size} {name}")


def _notes(server: Peer, between: list[str], line: str) -> None:
    between.append(line)
    if len(between) > MOST_BETWEEN or len(line) > MAX_LINE:
        words = "chunks of a file, and typed lines between them"
        raise server.stage.fail(Kind.DIFFERENT, server.name, words, f"{len(between)} other lines")


def _chat_comes(server: Peer) -> bool:
    server.stage.wait_until(lambda: b"\n" in server.arrived or server.ending != "")
    return b"\n" in server.arrived and not server.arrived.startswith(b"/")


def skips_chunks(server: Peer, number: int, fence: str) -> tuple[int, int]:
    """Read the chunks of a file that its sender cancels on the way, up to a typed line.

    Return how many bytes came, all of them zero, and how many times it was cancelled; behind
    that nothing more of it may come.
    """
    done = cancelled = 0
    while (line := server.gets_line()) != fence:
        head = re.fullmatch(rf"/data {number} ([0-9]{{1,9}})", line)
        if line == f"/cancel {number}":
            cancelled += 1
        elif head and not cancelled:
            done += int(head[1])
            server.gets_bytes(bytes(int(head[1])))
        elif done or not line.startswith(f"/file {number} "):
            wanted = f"chunks of file {number} until it is cancelled, then {fence!r}"
            raise server.stage.fail(Kind.DIFFERENT, server.name, wanted, repr(line))
    return done, cancelled
