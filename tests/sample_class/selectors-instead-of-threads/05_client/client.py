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


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def show(line):
    data = f"{line}\n".encode()
    while data:
        data = data[os.write(1, data) :]


class Client:
    def __init__(self, connection):
        connection.setblocking(False)
        self.connection = connection
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
            if ready.get(self.connection, 0) & selectors.EVENT_READ and not self.receive():
                return self.gone()
            if ready.get(self.connection, 0) & selectors.EVENT_WRITE and not self.send():
                return self.gone()
            if self.watched and 0 in ready:
                self.read()

    def prepare(self):
        """Watch what can be used now; shut down sending when all is sent."""
        if not self.typing and not self.unsent and self.deadline is None:
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
            self.unsent += f"{line}\n".encode()

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
        for line in lines:
            show(text(line))
        return bool(data) and len(rest) <= LIMIT + 1

    def gone(self):
        if self.deadline is not None:
            return 0
        show("* disconnected")
        return 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    try:
        connection = socket.create_connection((options.host, options.port))
    except OSError as error:
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    return Client(connection).run()


if __name__ == "__main__":
    sys.exit(main())
