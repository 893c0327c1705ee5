"""The room with socketserver: the standard library's own threads, and a list."""

import argparse
import signal
import socket
import socketserver
import sys
import threading

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up

QUESTION = "* what is your name?"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_"
lock = threading.RLock()
room = []  # everybody who has a name


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


class Talking(socketserver.BaseRequestHandler):
    """One client: `name` is empty until it has one."""

    def handle(self):
        """Take every line until the stream ends."""
        self.name = ""
        splitter = LineSplitter()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.tell(QUESTION)
            while data := self.request.recv(self.server.size):
                for line in splitter.feed(data):
                    if self.name:
                        self.tell_others(f"{self.name}: {line}" if line else "")
                    else:
                        self.claim(line)
        except LineTooLong:
            self.leave()
            hang_up(self.request, 4096, b"* line too long\n")
        except OSError:
            pass
        finally:
            self.leave()

    def tell(self, *lines):
        """Send these lines; somebody who has gone is no error."""
        try:
            self.request.sendall("".join(f"{line}\n" for line in lines).encode())
        except OSError:
            pass

    def tell_others(self, line):
        """Send a line to everybody else in the room, unless there is nothing in it."""
        with lock:
            for member in room:
                if member is not self and line:
                    member.tell(line)

    def claim(self, name):
        """Take this name and enter the room, or say why not and ask again."""
        folded = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in name)
        with lock:
            if not 0 < len(name) < 21 or not all(letter in LETTERS for letter in folded):
                self.tell("* a name is 1 to 20 letters, digits, - or _", QUESTION)
            elif any(member.name.lower() == folded for member in room):
                self.tell("* that name is taken", QUESTION)
            else:
                self.name = name
                self.tell(f"* welcome, {name}")
                self.tell_others(f"* {name} joined")
                room.append(self)

    def leave(self):
        """Leave the room, if still in it, and let the others know."""
        with lock:
            if self in room:
                room.remove(self)
                self.tell_others(f"* {self.name} left")


class Server(socketserver.ThreadingTCPServer):
    """Its threads are daemons: they end with the program."""

    allow_reuse_address = True
    request_queue_size = 1024
    daemon_threads = True


def main():
    """Run the server; return the exit status."""
    given = options()
    try:
        server = Server((given.host, given.port), Talking)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    server.size = given.buffer
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    host, port = server.server_address
    print(f"listening on {host}:{port}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.socket.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
