"""Numbered lines with one thread and a selector: every visitor is served at once."""

import argparse
import selectors
import socket
import sys
import time

from stopping import stop_on_signals


def number(low, high):
    def check(text):
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return check


MAX_LINE = 65536
LINGER = 1.0


class Visitor:
    """text comes in, answers go out; no more is read while answers wait."""

    def __init__(self, sock):
        self.sock = sock
        self.rest = b""
        self.answers = b""
        self.number = 0
        self.ended = False  # nothing more will be read as lines
        self.lingers_until = None  # after the last words: until when bytes are thrown away

    def feed(self, data):
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()
        for line in lines:
            if self.too_long(line):
                return
            self.number += 1
            words = line.removesuffix(b"\r").decode("utf-8", "replace")
            self.answers += f"{self.number}: {words}\n".encode()
        self.too_long(self.rest)

    def too_long(self, line):
        if len(line.removesuffix(b"\r")) <= MAX_LINE:
            return False
        self.answers += b"* line too long\n"
        self.ended, self.rest, self.lingers_until = True, b"", 0.0
        return True


def visit(selector, visitor, size):
    """Do what can be done without waiting; return whether the visit goes on."""
    try:
        if visitor.answers:
            visitor.answers = visitor.answers[visitor.sock.send(visitor.answers) :]
            if not visitor.answers and visitor.lingers_until is not None:
                visitor.sock.shutdown(socket.SHUT_WR)
                visitor.lingers_until = time.monotonic() + LINGER
        elif data := visitor.sock.recv(size):
            if not visitor.ended:
                visitor.feed(data)
        else:
            return False
    except BlockingIOError:
        pass
    except OSError:
        return False
    event = selectors.EVENT_WRITE if visitor.answers else selectors.EVENT_READ
    selector.modify(visitor.sock, event, visitor)
    return True


def leave(selector, visitor):
    selector.unregister(visitor.sock)
    visitor.sock.close()


def run():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=number(0, 65535), default=5555)
    parser.add_argument("--buffer", type=number(1, 65536), default=4096)
    options = parser.parse_args()
    try:
        listener = socket.create_server((options.host, options.port))
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listener, selectors.EVENT_READ)
    print("listening on {}:{}".format(*listener.getsockname()), flush=True)
    visitors = set()
    while True:
        for key, _ in selector.select(0.1 if visitors else None):
            if key.fileobj is not listener:
                if not visit(selector, key.data, options.buffer):
                    visitors.discard(key.data)
                    leave(selector, key.data)
                continue
            sock, _ = listener.accept()
            sock.setblocking(False)
            visitor = Visitor(sock)
            visitors.add(visitor)
            selector.register(sock, selectors.EVENT_READ, visitor)
        for visitor in list(visitors):
            if visitor.lingers_until and time.monotonic() > visitor.lingers_until:
                visitors.discard(visitor)
                leave(selector, visitor)


def main():
    stop_on_signals()
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
