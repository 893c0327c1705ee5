"""A chat room that the harness plays, for a kit that was handed out without the course's own.

The rule: it passes on what comes, as it comes; only clients that are in turn can use it.
"""

from __future__ import annotations

import functools
import selectors
import socket
from contextlib import suppress

from grader.wire.scripted import ScriptedServer
from grader.wire.stage import Stage

WELCOME = b"* welcome\n"
CHUNK = 65536  # bytes for one call of the kernel


class PlayedRoom:
    """Welcomes whoever connects, and hands what one says to all the others, as lesson 04 does."""

    def __init__(self, stage: Stage) -> None:
        self.loop = stage.loop
        self.server = ScriptedServer(stage)
        self.port = self.server.port
        self.members: list[socket.socket] = []
        self.loop.watch(self.server.listener, self._let_in, selectors.EVENT_READ)
        stage.open.append(self)

    def _let_in(self) -> None:
        try:
            member, _ = self.server.listener.accept()
        except OSError:
            return  # it has vanished before its turn
        member.setblocking(False)
        self.members.append(member)
        self.loop.watch(member, functools.partial(self._hear, member), selectors.EVENT_READ)
        with suppress(OSError):  # its own end comes next
            member.send(WELCOME)

    def _hear(self, member: socket.socket) -> None:
        try:
            data = member.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""  # it has vanished, which is an end too
        if not data:
            self._let_out(member)
        for other in self.members:
            if other is not member:
                with suppress(OSError):  # its own end comes next
                    other.send(data)

    def _let_out(self, member: socket.socket) -> None:
        self.members.remove(member)
        self.loop.forget(member)
        member.close()

    def close(self) -> None:
        """Let everybody out, and let nobody in any more."""
        self.server.close()
        while self.members:
            self._let_out(self.members[0])
