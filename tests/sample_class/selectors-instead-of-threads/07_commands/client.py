"""A client with one thread and a selector (POSIX): nothing it does waits for anything else.

It ends as soon as the server has said goodbye.
"""

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


def show(words):
    data = words.encode()
    while data:
        data = data[os.write(1, data) :]


class Client:
    def __init__(self, connection, name):
        connection.setblocking(False)
        self.connection = connection
        self.selector = selectors.SelectSelector()  # unlike epoll it takes plain files too
        self.name = name  # not said yet
        self.state = "new"  # then asked, named, welcomed
        self.early = []  # lines for the room, typed before the welcome
        self.typing = sys.stdin is not None
        self.typed = b""
        self.unsent = bytearray()
        self.heard = bytearray()
        self.leaving = False
        self.deadline = None

    def run(self):
        self.selector.register(self.connection, selectors.EVENT_READ)
        if self.typing:
            self.selector.register(0, selectors.EVENT_READ)
        while True:
            self.prepare()
            left = None if self.deadline is None else self.deadline - time.monotonic()
            if left is not None and left <= 0:
                return 0
            ready = {key.fileobj: events for key, events in self.selector.select(left)}
            if 0 in ready:  # what was typed before a prompt has to be read before it
                self.read()
            if ready.get(self.connection, 0) & selectors.EVENT_WRITE:
                self.send()
            if ready.get(self.connection, 0) & selectors.EVENT_READ:
                status = self.receive()
                if status is not None:
                    return status

    def prepare(self):
        """Watch what can be used now; shut down sending when all is said."""
        if self.leaving and not self.unsent and self.deadline is None:
            try:
                self.connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server is gone: the next recv() says so
            self.deadline = time.monotonic() + 1
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        self.selector.modify(self.connection, events)
        watched = 0 in self.selector.get_map()
        wanted = self.typing and len(self.unsent) < ENOUGH
        if wanted and not watched:
            self.selector.register(0, selectors.EVENT_READ)
        elif watched and not wanted:
            self.selector.unregister(0)

    # -- the keyboard -------------------------------------------------------------------

    def read(self):
        """Take what has been typed by now."""
        while self.typing and len(self.unsent) < ENOUGH:
            data = os.read(0, 4096)
            *lines, self.typed = (self.typed + data).split(b"\n")
            if not data:
                lines = [self.typed] if self.typed else []
            for line in map(text, lines):
                if line in ("quit", "exit"):
                    data = b""
                    break
                self.take(line)
            if not data:
                self.typing = False
                self.leave_if_all_is_said()
            with selectors.SelectSelector() as one:
                one.register(0, selectors.EVENT_READ)
                if not one.select(0):
                    return

    def take(self, line):
        """A typed line is the answer to the prompt, or for the room."""
        if self.state == "welcomed":
            self.say(line)
        elif self.state == "asked":
            self.state = "named"
            self.say(line)
        else:
            self.early.append(line)

    def leave_if_all_is_said(self):
        """Leave when nothing is left to say, or nobody is left to answer the prompt."""
        if self.typing:
            return
        waits = self.name is not None or (self.state == "named" and self.early)
        self.leaving = self.leaving or not waits

    # -- the server ---------------------------------------------------------------------

    def say(self, line):
        self.unsent += f"{line}\n".encode()

    def send(self):
        try:
            del self.unsent[: self.connection.send(self.unsent)]
        except BlockingIOError:
            pass  # a false alarm
        except OSError:
            self.unsent.clear()  # the next recv() says that the server is gone

    def receive(self):
        """Take what has come; return the exit status if that was all."""
        try:
            data = self.connection.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        *lines, rest = (bytes(self.heard) + data).split(b"\n")
        self.heard[:] = rest
        for line in map(text, lines):
            show(f"{line}\n")
            if line == "* goodbye":
                return 0
            self.hear(line)
        if data and len(rest) <= LIMIT + 1:
            return None
        if self.leaving:
            return 0
        show("* disconnected\n")
        return 1

    def hear(self, line):
        """Answer the question; say what waited for the welcome."""
        if self.state == "welcomed":
            return
        if line == QUESTION and self.name is not None:
            self.state = "named"
            self.say(self.name)
            self.name = None
        elif line == QUESTION:
            self.state = "asked"
            show("username: ")
        elif line.startswith("* welcome, "):
            self.state = "welcomed"
            for early in self.early:
                self.say(early)
            self.early.clear()
        else:
            return
        self.leave_if_all_is_said()


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
