"""A process a client, which reads; the first process is the hub: it owns the room and speaks.

The rule: no process but the hub has a room. A client's process runs the lesson's own code, and
whatever that wants of the room it asks the hub for, over a pipe, and waits for the answer.
"""

import enum
import multiprocessing
import os
import signal
import socket
from functools import partial
from multiprocessing.connection import wait

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
FORK = multiprocessing.get_context("fork")


class Mine(enum.Enum):
    """What a client's process cannot send over a pipe, and the hub has."""

    CONNECTION = 1
    MEMBER = 2


class Guest:
    """One client, as the hub knows it."""

    def __init__(self, connection, pipe):
        self.connection = connection
        self.pipe = pipe
        self.member = None
        self.process = None


class FarRoom:
    """The room as a client's process has it. Every method of the room can be called."""

    def __init__(self, room, pipe):
        self.kind = type(room)
        self.pipe = pipe

    def __getattr__(self, name):
        return partial(self.ask, getattr(self.kind, name))

    def ask(self, function, *words):
        """Let the hub call function(room, *words); return, or raise, what comes of it."""
        words = [Mine.CONNECTION if isinstance(word, socket.socket) else word for word in words]
        self.pipe.send((function, words))
        answer, error = self.pipe.recv()
        if error:
            raise error
        return answer


class Hub:
    """Takes the place of the kit's own Serving, in the lessons that have a room."""

    def __init__(self, listener, room, serve_client):
        """serve_client(connection, room) serves one client, in a process of its own."""
        self.listener = listener
        self.room = room
        self.serve_client = serve_client
        self.guests = {}  # pipe -> Guest

    def __enter__(self):
        for number in STOP_SIGNALS:
            signal.signal(number, self.stop)
        return self

    def __exit__(self, *exception):
        self.listener.close()

    def stop(self, number, frame):
        """End every client's process, and this one."""
        for guest in self.guests.values():
            guest.process.kill()
        for guest in self.guests.values():
            guest.process.join()
        os._exit(0)

    def run(self):
        """Accept clients and answer their processes, one question after the other."""
        while True:
            for ready in wait([self.listener, *self.guests]):
                if ready is self.listener:
                    self.accept()
                else:
                    self.answer(self.guests[ready])

    def accept(self):
        """Start a process for the next client. No signal comes between its start and its entry."""
        connection, _ = self.listener.accept()
        try:
            connection.getpeername()
        except OSError:
            connection.close()  # gone already: not worth a process
            return
        pipe, far_end = FORK.Pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        guest = Guest(connection, pipe)
        guest.process = FORK.Process(target=self.visit, args=(guest, far_end))
        guest.process.start()
        self.guests[pipe] = guest
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        far_end.close()

    def visit(self, guest, pipe):
        """Serve one client, in its own process, which keeps nothing of the others."""
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        self.listener.close()
        guest.pipe.close()
        for other in self.guests.values():
            other.connection.close()
            other.pipe.close()
        try:
            self.serve_client(guest.connection, FarRoom(self.room, pipe))
        except OSError:
            pass  # the client is gone

    def answer(self, guest):
        """Do what a client's process asks for; when that has ended, close the connection."""
        try:
            function, words = guest.pipe.recv()
        except (EOFError, ConnectionError):
            del self.guests[guest.pipe]
            guest.process.join()
            guest.process.close()
            guest.pipe.close()
            guest.connection.close()
            return
        own = {Mine.CONNECTION: guest.connection, Mine.MEMBER: guest.member}
        words = [own[word] if isinstance(word, Mine) else word for word in words]
        try:
            answer, error = function(self.room, *words), None
        except Exception as reason:  # whose client it is will know what to do about it
            answer, error = None, reason
        if type(answer).__name__ == "Member":
            guest.member, answer = answer, Mine.MEMBER
        guest.pipe.send((answer, error))
