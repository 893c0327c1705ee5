"""A client with one thread and a selector (POSIX): nothing it does waits for anything else."""

import argparse
import os
import selectors
import signal
import socket
import sys
import time

LIMIT = 4 * 65536
ENOUGH = 65536  # bytes waiting to be sent, above which the keyboard has to wait
QUESTION = "* what is your name?"


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def show(shown):
    data = shown.encode()
    while data:
        data = data[os.write(1, data) :]


class Client:
    """asking: nothing to do, "say" the name given, "type" it, "answered", "welcome"."""

    def __init__(self, connection, name):
        connection.setblocking(False)
        self.connection = connection
        self.name = name
        self.asking = "" if name is None else "say"
        self.early = []
        self.selector = selectors.SelectSelector()  # unlike epoll it takes plain files too
        self.typing = sys.stdin is not None  # if it is closed, descriptor 0 is something else
        self.watched = False  # the keyboard is
        self.typed = b""
        self.unsent = bytearray()
        self.heard = bytearray()
        self.deadline = None

    def run(self):
        self.selector.register(self.connection, selectors.EVENT_READ)
        while True:
            self.prepare()
            left = None if self.deadline is None else self.deadline - time.monotonic()
            if left is not None and left <= 0:
                return 0
            ready = {key.fileobj: events for key, events in self.selector.select(left)}
            if self.watched and 0 in ready:
                self.read()  # what was typed before the question is no answer to it
            if ready.get(self.connection, 0) & selectors.EVENT_READ and not self.receive():
                return self.gone()
            if ready.get(self.connection, 0) & selectors.EVENT_WRITE and not self.send():
                return self.gone()

    def all_said(self):
        """Whether nothing is left to say, and nothing can be typed any more."""
        if self.typing or self.unsent or self.asking == "say":
            return False
        return self.asking != "answered" or not self.early

    def prepare(self):
        """Watch what can be used now; shut down sending when all is said."""
        if self.deadline is None and self.all_said():
            try:
                self.connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server is gone: the next recv() says so
            self.deadline = time.monotonic() + 1
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        self.selector.modify(self.connection, events)
        wanted = self.typing and len(self.unsent) < ENOUGH
        if wanted and not self.watched:
            self.selector.register(0, selectors.EVENT_READ)
        elif self.watched and not wanted:
            self.selector.unregister(0)
        self.watched = wanted

    def read(self):
        data = os.read(0, 4096)
        *lines, self.typed = (self.typed + data).split(b"\n")
        if not data:
            self.typing = False
            if self.typed:
                lines = [self.typed]
        for line in map(text, lines):
            if line in ("quit", "exit"):
                self.typing = False
                return
            self.take(line)

    def take(self, line):
        if self.asking == "welcome":
            self.unsent += f"{line}\n".encode()
        elif self.asking == "type":
            self.unsent += f"{line}\n".encode()
            self.asking = "answered"
        else:
            self.early.append(line)

    def hear(self, line):
        if self.asking == "welcome":
            return
        if line == QUESTION and self.asking == "say":
            self.unsent += f"{self.name}\n".encode()
            self.asking = "answered"
        elif line == QUESTION:
            show("username: ")
            self.asking = "type"
        elif line.startswith("* welcome, "):
            self.asking = "welcome"
            for early in self.early:
                self.take(early)

    def send(self):
        try:
            del self.unsent[: self.connection.send(self.unsent)]
        except BlockingIOError:
            pass  # a false alarm
        except OSError:
            self.unsent.clear()
            return self.receive()
        return True

    def receive(self):
        try:
            data = self.connection.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        *lines, rest = (bytes(self.heard) + data).split(b"\n")
        self.heard[:] = rest
        for line in map(text, lines):
            show(f"{line}\n")
            self.hear(line)
        return bool(data) and len(rest) <= LIMIT + 1

    def gone(self):
        if self.deadline is not None:
            return 0
        show("* disconnected\n")
        return 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--name")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    try:
        connection = socket.create_connection((options.host, options.port))
    except OSError as error:
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return Client(connection, options.name).run()


if __name__ == "__main__":
    sys.exit(main())
