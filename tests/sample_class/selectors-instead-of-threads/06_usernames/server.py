"""The room with selectors: one thread, no lock, and no call that waits but select()."""

import argparse
import selectors
import signal
import socket
import string
import sys
import time

from framing import LineSplitter, LineTooLong

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
LETTERS = set(string.ascii_letters + string.digits + "-_")
QUESTION = "* what is your name?"
clients = {}  # socket -> Client
names = {}  # name in small letters -> Client
selector = selectors.DefaultSelector()


class Client:
    """One connection. state: talking, leaving (its stream has ended), lingering (thrown out)."""

    def __init__(self, connection):
        self.connection = connection
        self.splitter = LineSplitter()
        self.out = bytearray()
        self.state = "talking"
        self.name = ""
        self.silent = False
        self.deadline = float("inf")


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


def may_talk():
    """Whether more lines can be taken now, without growing."""
    return not any(member.out for member in names.values())


def wants(client):
    """Whether to read from this client now."""
    if client.connection not in clients:
        return False
    return client.state == "lingering" or (client.state == "talking" and may_talk())


def accept(listener):
    """Let everybody in who waits, and ask them."""
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
        tell([client], QUESTION)


def tell(listeners, *lines):
    """Put these lines into the outboxes of the listeners."""
    for listener in listeners:
        listener.out += "".join(f"{line}\n" for line in lines).encode()


def others(client):
    """All members but this one."""
    return [member for member in names.values() if member is not client]


def take_line(client, line):
    """A name, or something to say."""
    if client.name:
        if line:
            tell(others(client), f"{client.name}: {line}")
    elif not 1 <= len(line) <= 20 or set(line) - LETTERS:
        tell([client], "* a name is 1 to 20 letters, digits, - or _", QUESTION)
    elif line.lower() in names:
        tell([client], "* that name is taken", QUESTION)
    else:
        client.name = line
        tell([client], f"* welcome, {line}")
        names[line.lower()] = client
        tell(others(client), f"* {line} joined")


def leave(client):
    """Free the name, if there is one, and tell the others."""
    if client.name and names.get(client.name.lower()) is client:
        del names[client.name.lower()]
        tell(names.values(), f"* {client.name} left")


def take(client, data):
    """Serve the lines in these bytes."""
    try:
        for line in client.splitter.feed(data):
            take_line(client, line)
    except LineTooLong:
        leave(client)
        tell([client], "* line too long")
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
        leave(client)
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
        leave(client)
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
        while busy := [one for one in clients.values() if one.out or one.state != "talking"]:
            before = len(clients), sum(len(client.out) for client in busy)
            for client in busy:
                if client.connection in clients:
                    flush(client)
                if client.deadline < time.monotonic():
                    close(client)
            if (len(clients), sum(len(client.out) for client in busy)) == before:
                break
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
