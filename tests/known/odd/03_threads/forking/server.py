"""The service of lesson 03 with a process for each client, and no thread at all."""

import argparse
import os
import select
import signal
import socket
import sys

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up

children = set()


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


def answer(connection, size):
    """Answer every line of one client."""
    splitter, number = LineSplitter(), 0
    try:
        while data := connection.recv(size):
            for line in splitter.feed(data):
                number += 1
                connection.sendall(f"{number}: {line}\n".encode())
    except LineTooLong:
        hang_up(connection, size, b"* line too long\n")
    except OSError:
        pass


def bury():
    """Wait for every child that has ended."""
    for child in list(children):
        if os.waitpid(child, os.WNOHANG)[0]:
            children.discard(child)


def accept(listener, size):
    """Let one visitor in, with a process of its own."""
    try:
        connection, _ = listener.accept()
    except OSError:
        return
    try:
        connection.getpeername()
    except OSError:
        connection.close()  # gone already: not worth a process
        return
    connection.setblocking(True)
    signals = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    child = os.fork()
    if not child:
        for number in signals:
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
        listener.close()
        answer(connection, size)
        connection.close()
        os._exit(0)
    children.add(child)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    connection.close()


def main():
    """Run the server; return the exit status."""
    given = options()
    try:
        listener = socket.create_server((given.host, given.port), backlog=1024)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    stop, signalled = socket.socketpair()
    signalled.setblocking(False)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, lambda number, frame: None)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    while True:
        ready, _, _ = select.select([listener, stop], [], [])
        if stop in ready and {signal.SIGINT, signal.SIGTERM} & set(stop.recv(4096)):
            break
        bury()
        accept(listener, given.buffer)
    listener.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for child in children:
        os.kill(child, signal.SIGKILL)
    for child in children:
        os.waitpid(child, 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
