"""An echo server with one thread and a selector: every visitor is served at once."""

import argparse
import selectors
import socket
import sys

from stopping import stop_on_signals


def number(low, high):
    def check(text):
        value = int(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return check


class Visitor:
    def __init__(self, sock):
        self.sock = sock
        self.waiting = b""
        self.ended = False


def visit(selector, visitor, size):
    try:
        if visitor.waiting:
            visitor.waiting = visitor.waiting[visitor.sock.send(visitor.waiting) :]
        elif not visitor.ended:
            visitor.waiting = visitor.sock.recv(size)
            visitor.ended = not visitor.waiting
    except BlockingIOError:
        return
    except OSError:
        visitor.ended, visitor.waiting = True, b""
    if visitor.ended and not visitor.waiting:
        selector.unregister(visitor.sock)
        visitor.sock.close()
        return
    event = selectors.EVENT_WRITE if visitor.waiting else selectors.EVENT_READ
    selector.modify(visitor.sock, event, visitor)


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
    while True:
        for key, _ in selector.select():
            if key.fileobj is not listener:
                visit(selector, key.data, options.buffer)
                continue
            sock, _ = listener.accept()
            sock.setblocking(False)
            selector.register(sock, selectors.EVENT_READ, Visitor(sock))


def main():
    stop_on_signals()
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
