"""A client with one thread: select() watches the keyboard and the connection."""

import argparse
import os
import select
import signal
import socket
import sys

SIZE = 65536


def talk(connection):
    """Send what is typed and print what comes back; return the exit status."""
    to_send, due, last = b"", 0, b"\n"  # due: bytes whose echo has not come; last: byte typed
    typing = True
    while typing or due:
        watched = [connection] + ([0] if typing and not to_send else [])
        readable, writable, _ = select.select(watched, [connection] if to_send else [], [])
        if connection in readable:
            data = connection.recv(SIZE)
            if not data:
                raise ConnectionError
            due -= len(data)
            os.write(1, data)
        if 0 in readable:
            typed = os.read(0, SIZE)
            typing = bool(typed)
            to_send = typed or (b"" if last == b"\n" else b"\n")
            due += len(to_send)
            last = to_send[-1:] or b"\n"
        if writable:
            to_send = to_send[connection.send(to_send[:4096]) :]
    return 0


def main():
    """Connect and talk; return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    given = parser.parse_args()
    try:
        connection = socket.create_connection((given.host, given.port))
    except OSError as error:
        print(f"cannot connect to {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    connection.setblocking(False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: os._exit(0))
    try:
        return talk(connection)
    except ConnectionError:
        print("the server hung up", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
