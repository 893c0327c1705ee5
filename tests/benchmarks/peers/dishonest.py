"""A server with one fault in the middle, to see whether the generator finds it.

A bare relay in one thread. At line number AT of those that it passes on, one receiver is wronged:
the line is lost, comes twice, has a byte changed or none in its place, or comes after the next of
its sender.
"""

import argparse
import selectors
import socket

FAULTS = ("none", "lost", "doubled", "garbled", "cut", "swapped")
AT = 500


class Relay:
    """All clients, and the lines passed on so far."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.passed = 0
        self.held = b""  # a line that comes too late
        self.late: socket.socket | None = None  # who said it
        self.rests: dict[socket.socket, bytes] = {}

    def receive(self, client: socket.socket) -> bool:
        """Pass on what one client says; return whether it is still there."""
        data = client.recv(65536)
        *lines, self.rests[client] = (self.rests[client] + data).split(b"\n")
        for line in lines:
            self.passed += 1
            others = [other for other in self.rests if other is not client]
            for other in others:
                wronged = other is others[-1]
                other.sendall(self.instead(client, line + b"\n") if wronged else line + b"\n")
        return bool(data)

    def instead(self, client: socket.socket, line: bytes) -> bytes:
        """Return what the one receiver gets instead of this client's line."""
        if self.late is client:
            self.late = None
            return line + self.held
        if self.passed != AT or self.fault == "none":
            return line
        if self.fault == "swapped":
            self.held, self.late = line, client
        middle = len(line) // 2
        return {
            "lost": b"",
            "swapped": b"",
            "doubled": line + line,
            "garbled": line[:middle] + b"#" + line[middle + 1 :],
            "cut": line[:middle] + line[middle + 1 :],
        }[self.fault]


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("fault", choices=FAULTS)
    relay = Relay(parser.parse_args().fault)
    selector = selectors.DefaultSelector()
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    client, _ = listener.accept()
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    relay.rests[client] = b""
                    selector.register(client, selectors.EVENT_READ, client)
                    client.sendall(b"* welcome\n")
                elif not relay.receive(key.data):
                    selector.unregister(key.data)
                    del relay.rests[key.data]
                    key.data.close()


if __name__ == "__main__":
    main()
