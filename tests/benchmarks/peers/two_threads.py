"""A step on the road: the chat of lesson 06 with two threads a client, a reader and a writer.

Each line is put on each member's queue; that member's own writer sends all that waits there as
one. Nobody waits for anybody, and each line wakes as many threads as there are members.
"""

import argparse
import queue
import socket
import threading
from collections.abc import Iterator

QUESTION = b"* what is your name?\n"


class Chat:
    """The members' queues. Every method is safe from any thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.queues: dict[bytes, queue.SimpleQueue[bytes]] = {}  # by name

    def tell(self, data: bytes, but: bytes = b"") -> None:
        """Put these bytes on the queue of every member but one."""
        with self.lock:
            for name, waiting in self.queues.items():
                if name != but:
                    waiting.put(data)

    def serve(self, connection: socket.socket) -> None:
        """Serve one client from the question to the end."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.sendall(QUESTION)
            lines = lines_of(connection)
            name = next(lines, b"")
            if name:
                self.talk(connection, name, lines)
        except OSError:
            pass  # this client is gone; nobody else is concerned
        finally:
            connection.close()

    def talk(self, connection: socket.socket, name: bytes, lines: Iterator[bytes]) -> None:
        """Let one member in, and tell the others its lines."""
        waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        waiting.put(b"* welcome, " + name + b"\n")
        with self.lock:
            self.tell(b"* " + name + b" joined\n")
            self.queues[name] = waiting
        writer = threading.Thread(target=send_what_waits, args=(connection, waiting))
        writer.start()
        try:
            for line in lines:
                self.tell(name + b": " + line + b"\n", but=name)
        finally:
            with self.lock:
                del self.queues[name]
                self.tell(b"* " + name + b" left\n")
            waiting.put(b"")
            writer.join()


def lines_of(connection: socket.socket) -> Iterator[bytes]:
    """Yield each line of one client without its end."""
    rest = b""
    while data := connection.recv(4096):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def send_what_waits(connection: socket.socket, waiting: queue.SimpleQueue[bytes]) -> None:
    """Send all that is on a queue as one, again and again, until an empty piece comes."""
    try:
        while data := waiting.get():
            pieces = [data]
            while not waiting.empty() and pieces[-1]:
                pieces.append(waiting.get())
            connection.sendall(b"".join(pieces))
            if not pieces[-1]:
                return
    except OSError:
        pass  # gone: whoever reads from it will see that


def main() -> None:
    """Run the server until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    listener = socket.create_server(("127.0.0.1", parser.parse_args().port), backlog=1024)
    print("listening on {}:{}".format(*listener.getsockname()), flush=True)
    chat = Chat()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=chat.serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
