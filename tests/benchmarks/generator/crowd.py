"""The members: how they come in, what they are told, and where their bytes go to be checked.

The part of crowd.h, in Python.
"""

from __future__ import annotations

import selectors
import socket
import time

from tests.benchmarks.generator.ledger import Ledger, name_of

BUFFER = 262144
DEAF = 4095  # the number in the name of somebody who never reads


class Member:
    """One of the crowd, and what it has got and not yet used, and what it has yet to send."""

    def __init__(self, number: int, connection: socket.socket) -> None:
        self.number = number
        self.connection = connection
        self.rest = b""
        self.output = b""
        self.welcomed = False
        self.told: set[bytes] = set()

    def flush(self) -> None:
        """Send what the kernel takes."""
        if self.output:
            try:
                self.output = self.output[self.connection.send(self.output) :]
            except OSError:
                pass  # full, or gone: reading will show which


class Crowd:
    """All members, in one thread; join and deaf are commands, and return an answer."""

    def __init__(self, port: int, protocol: str, size: int) -> None:
        self.port = port
        self.is_named = protocol == "named"
        self.size = size
        self.selector = selectors.DefaultSelector()
        self.members: list[Member] = []
        self.deaf_ones: list[socket.socket] = []
        self.welcomed = self.told = self.wrong_notices = self.gone = 0
        self.ledger: Ledger | None = None
        self.last_byte = 0.0
        self.said_at: dict[tuple[int, int], float] = {}  # if latencies are to be taken
        self.samples: list[float] = []

    def visit(self) -> socket.socket:
        """Connect one more; a server that does not answer at once is waited for later."""
        connection = socket.socket()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        connection.connect_ex(("127.0.0.1", self.port))
        return connection

    def look(self, seconds: float) -> None:
        """Wait so long at the most, and take what has come."""
        for key, _ in self.selector.select(max(0.0, min(seconds, 0.05))):
            self.receive(key.data)

    def receive(self, member: Member) -> None:
        """Take what there is for one member."""
        try:
            data = member.connection.recv(BUFFER)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.selector.unregister(member.connection)
            member.connection.close()
            self.gone += 1
            return
        self.last_byte = time.monotonic()
        *lines, member.rest = (member.rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"* "):
                self.take_notice(member, line)
            elif self.ledger is None:
                self.wrong_notices += 1
            elif (line_of := self.ledger.take(member.number, line)) in self.said_at:
                assert line_of is not None
                self.samples.append(self.last_byte - self.said_at[line_of])

    def take_notice(self, member: Member, line: bytes) -> None:
        """Take a line of the server's own."""
        name = name_of(member.number)
        if self.is_named and line == b"* what is your name?":
            member.connection.send(name + b"\n")
        elif not member.welcomed and line == (
            b"* welcome, " + name if self.is_named else b"* welcome"
        ):
            member.welcomed = True
            self.welcomed += 1
        elif line.endswith(b" joined") and member.welcomed and line not in member.told:
            member.told.add(line)
            self.told += 1
        elif not (self.deaf_ones and line == b"* " + name_of(DEAF) + b" left"):
            self.wrong_notices += 1

    def tidings(self) -> int:
        """Return how many notices the members are due: of each who came after them."""
        return len(self.members) * (len(self.members) - 1) // 2 if self.is_named else 0

    def join(self, number: int, at_once: int, patience: float) -> dict[str, float]:
        """Bring more in, until there are so many and all know of each other."""
        began, all_in = time.monotonic(), 0.0
        while time.monotonic() - began < patience and (
            self.welcomed < number or self.told < self.tidings()
        ):
            while len(self.members) < min(number, self.welcomed + at_once):
                member = Member(len(self.members), self.visit())
                self.members.append(member)
                self.selector.register(member.connection, selectors.EVENT_READ, member)
            self.look(0.01)
            if not all_in and self.welcomed == number:
                all_in = time.monotonic()
        return {
            "welcomed": self.welcomed,
            "seconds": (all_in or time.monotonic()) - began,
            "refused": 0,
            "gone": self.gone,
            "notices_due": self.tidings() - self.told,
            "wrong_notices": self.wrong_notices,
        }

    def deaf(self) -> dict[str, float]:
        """Bring one in who never reads again."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(5)
        connection.connect(("127.0.0.1", self.port))
        byte = b""
        for words in [name_of(DEAF) + b"\n"] * self.is_named + [b""]:
            while byte != b"\n" and (byte := connection.recv(1)):
                pass
            connection.sendall(words)
            byte = b""
        self.deaf_ones.append(connection)
        deadline = time.monotonic() + 5
        due = self.tidings() + len(self.members) if self.is_named else 0
        while self.told < due and time.monotonic() < deadline:
            self.look(0.01)
        return {"deaf": len(self.deaf_ones)}
