"""The room with selectors: one thread, and no call that waits but select()."""

import argparse
import selectors
import signal
import socket
import sys
import time

from framing import LineSplitter, LineTooLong

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
clients = {}
selector = selectors.DefaultSelector()


class Client:
    """One connection. state: talking, leaving (its stream has ended), lingering (thrown out)."""

    def __init__(self, connection):
        self.connection = connection
        self.splitter = LineSplitter()
        self.out = bytearray()
        self.state = "talking"
        self.silent = False
        self.deadline = float("inf")


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


def may_talk(client):
    """Whether more lines of this client can be taken now, without growing."""
    return not any(other.out for other in clients.values() if other.state == "talking")


def wants(client):
    """Whether to read from this client now."""
    if client.connection not in clients:
        return False
    return client.state == "lingering" or (client.state == "talking" and may_talk(client))


def accept(listener):
    """Let everybody in who waits."""
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        except OSError:
            continue
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = clients[connection] = Client(connection)
        client.out += b"* welcome\n"
        flush(client)


def take(client, data):
    """Serve the lines in these bytes."""
    try:
        for line in client.splitter.feed(data):
            for other in clients.values():
                if other is not client and other.state == "talking":
                    other.out += f"{line}\n".encode()
    except LineTooLong:
        client.out += b"* line too long\n"
        client.state = "lingering"
        client.deadline = time.monotonic() + 30


def read(client, size):
    """Read once from a client."""
    try:
        data = client.connection.recv(size)
    except BlockingIOError:
        return
    except OSError:
        close(client)
        return
    if data and client.state == "talking":
        take(client, data)
    elif not data and client.state == "talking":
        client.state = "leaving"
        client.deadline = time.monotonic() + 30
    elif not data:
        close(client)


def flush(client):
    """Send what can be sent now; go on with the hang-up when all is sent."""
    try:
        while client.out:
            sent = client.connection.send(client.out)
            del client.out[:sent]
        if client.state == "leaving":
            close(client)
        elif client.state == "lingering" and not client.silent:
            client.connection.shutdown(socket.SHUT_WR)
            client.silent = True
            client.deadline = time.monotonic() + 1
    except BlockingIOError:
        pass
    except OSError:
        close(client)


def close(client):
    """Forget a client and close its connection."""
    if clients.pop(client.connection, None):
        if client.connection in selector.get_map():
            selector.unregister(client.connection)
        client.connection.close()


def watch(client):
    """Say what this client is waited for."""
    events = (READ if wants(client) else 0) | (WRITE if client.out else 0)
    known = selector.get_map().get(client.connection)
    if known and not events:
        selector.unregister(client.connection)
    elif known and known.events != events:
        selector.modify(client.connection, events, client)
    elif not known and events:
        selector.register(client.connection, events, client)


def serve(listener, stop, size):
    """Serve until a stop signal has come."""
    selector.register(listener, READ, "listener")
    selector.register(stop, READ, "stop")
    while True:
        for key, events in selector.select(0.1):
            if key.data == "stop":
                return
            if key.data == "listener":
                accept(listener)
            elif events & READ and wants(key.data):
                read(key.data, size)
        for client in list(clients.values()):
            if client.out or client.state != "talking":
                flush(client)
            if client.deadline < time.monotonic():
                close(client)
        for client in clients.values():
            watch(client)


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
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: None)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    serve(listener, stop, given.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
