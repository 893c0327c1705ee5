"""A crowd in a chat room: members who talk, and a clock that stops when all have heard.

The rule: one thread plays all of them, and whatever a member hears is compared with what it should
hear. So what is measured is the server, and that it does its work.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from types import TracebackType

from grader.wire.server import Server

PATIENCE = 30.0  # seconds in which nothing comes
QUESTION = b"* what is your name?\n"
WELCOME = b"* welcome"


class Crowd:
    """Members of the room of a server, from lesson 04 on. `with` closes them all.

    Only for one thread. Every method raises ValueError when a member hears anything wrong,
    ConnectionError when one is hung up on, TimeoutError when nothing comes any more.
    """

    def __init__(self, server: Server, size: int) -> None:
        """Let so many in, one after the other; each has heard of all who came after it."""
        self.selector = selectors.DefaultSelector()
        self.members: list[socket.socket] = []
        self.prefixes: list[bytes] = []  # what the server puts in front of a member's lines
        self.said = 0
        for number in range(size):
            self._let_in(server, b"m%03d" % number)
        for at, member in enumerate(self.members, start=1):
            later = [prefix[:-2] for prefix in self.prefixes[at:] if prefix]
            expected = b"".join(b"* " + name + b" joined\n" for name in later)
            _check([_exactly(member, len(expected))], expected)

    def __enter__(self) -> Crowd:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.selector.close()
        for member in self.members:
            member.close()

    def one_speaks(self) -> float:
        """Let the first member say a line; return the seconds until the last one has heard it."""
        self.said += 1
        line = b"line %06d\n" % self.said
        heard = self.prefixes[0] + line
        began = time.perf_counter()
        self.members[0].sendall(line)
        news = self._taken(self.members[1:], len(heard))
        seconds = time.perf_counter() - began
        _check(news, heard)
        return seconds

    def all_speak(self, lines: int) -> int:
        """Let everybody say so many lines at once, and hear all; return how many deliveries.

        At most what a kernel keeps for one member: some 100,000 bytes.
        """
        words = [b"%06d\n" % number for number in range(lines)]
        for member in self.members:
            member.sendall(b"".join(words))
        spoken = [[prefix + word for word in words] for prefix in self.prefixes]
        size = sum(map(len, spoken[0])) * (len(self.members) - 1)
        for at, news in enumerate(self._taken(self.members, size)):
            others = [line for lines in spoken[:at] + spoken[at + 1 :] for line in lines]
            _check([b"".join(sorted(news.splitlines(keepends=True)))], b"".join(sorted(others)))
        return len(self.members) * (len(self.members) - 1) * lines

    def _let_in(self, server: Server, name: bytes) -> None:
        member = socket.create_connection((server.host, server.port), timeout=PATIENCE)
        self.members.append(member)
        self.selector.register(member, selectors.EVENT_READ)
        member.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        prefix, greeting = b"", _line(member)
        if greeting == QUESTION:  # from lesson 06 on
            member.sendall(name + b"\n")
            prefix, greeting = name + b": ", _line(member)
        _check([greeting[: len(WELCOME)]], WELCOME)
        self.prefixes.append(prefix)

    def _taken(self, members: Sequence[socket.socket], size: int) -> list[bytes]:
        """Take just so many bytes from each of these members, in the order in which they come."""
        taken = {member.fileno(): bytearray() for member in members}
        missing = set(taken)
        while missing:
            ready = self.selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"{len(missing)} members hear nothing")
            for key, _ in ready:
                if key.fd not in missing:
                    continue
                news = taken[key.fd]
                assert isinstance(key.fileobj, socket.socket)
                news += _some(key.fileobj, size - len(news))
                if len(news) == size:
                    missing.remove(key.fd)
        return [bytes(news) for news in taken.values()]


def _line(member: socket.socket) -> bytes:
    """Return the next line of a member, with its end."""
    line = b""
    while not line.endswith(b"\n"):
        line += _exactly(member, 1)
    return line


def _exactly(member: socket.socket, size: int) -> bytes:
    """Return the next bytes of one member, just so many."""
    taken = b""
    while len(taken) < size:
        taken += _some(member, size - len(taken))
    return taken


def _some(member: socket.socket, most: int) -> bytes:
    data = member.recv(most)
    if not data:
        raise ConnectionError("the server hangs up on a member")
    return data


def _check(news: Sequence[bytes], expected: bytes) -> None:
    """Raise ValueError if anybody's news is not what is expected of all."""
    for one in news:
        if one != expected:
            raise ValueError(f"a member heard {one[:60]!r}, not {expected[:60]!r}")
