"""The service of lesson 08 with selectors: one thread, and no call that waits but select()."""

import argparse
import base64
import binascii
import re
import selectors
import signal
import socket
import sys
import time

MAX_LINE = MAX_CHUNK = 65536
BYTES = re.compile(rb"bytes ([0-9]{1,9})")
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
clients = {}
selector = selectors.DefaultSelector()


class Client:
    """One connection. state: talking, leaving (its stream has ended), lingering (thrown out)."""

    def __init__(self, connection):
        self.connection = connection
        self.rest = bytearray()
        self.out = bytearray()
        self.head = None  # the line before the payload that is being waited for
        self.size = 0
        self.state = "talking"
        self.silent = False
        self.deadline = float("inf")

    def is_thrown_out(self, notice):
        """Say why; nothing that has come counts any more."""
        self.out += f"* {notice}\n".encode()
        self.rest.clear()
        self.state = "lingering"
        self.deadline = time.monotonic() + 30

    def takes_payload(self):
        """Answer a payload if all of it is here; return whether it is."""
        if len(self.rest) < self.size:
            return False
        self.out += self.head + b"\n" + self.rest[: self.size][::-1]
        del self.rest[: self.size]
        self.head = None
        return True

    def takes_line(self):
        """Answer a line, or remember it for its payload; return whether there was one."""
        end = self.rest.find(b"\n")
        line = bytes(self.rest if end < 0 else self.rest[:end]).removesuffix(b"\r")
        if len(line) > MAX_LINE:
            self.is_thrown_out("line too long")
            return False
        if end < 0:
            return False
        del self.rest[: end + 1]
        found = BYTES.fullmatch(line)
        if found and int(found[1]) <= MAX_CHUNK:
            self.head, self.size = line, int(found[1])
        elif line.startswith(b"base64 "):
            self.out += answer(line[7:])
        else:
            self.is_thrown_out("bad frame")
        return True

    def serves(self):
        """Answer what is here, as long as answers do not pile up."""
        while self.state in ("talking", "leaving") and len(self.out) <= MAX_CHUNK:
            if not (self.takes_line() if self.head is None else self.takes_payload()):
                return True
        return False


def answer(letters):
    """Return the answer to a base64 frame with these letters."""
    try:
        payload = base64.b64decode(letters, validate=True)
    except binascii.Error:
        return b"* not base64\n"
    if base64.b64encode(payload) != letters:
        return b"* not base64\n"
    return b"base64 " + base64.b64encode(payload[::-1]) + b"\n"


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


def wants(client):
    """Whether to read from this client now."""
    if client.connection not in clients:
        return False
    return client.state == "lingering" or (client.state == "talking" and not client.out)


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
        clients[connection] = Client(connection)


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
        client.rest += data
    elif not data and client.state == "talking":
        client.state = "leaving"
    elif not data:
        close(client)


def flush(client):
    """Answer and send what can be sent now; go on with the hang-up when all is sent."""
    try:
        done = False
        while not done:
            done = client.serves() or client.state == "lingering"
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
