"""The room with socketserver: the standard library's own threads, and a list."""

import argparse
import signal
import socket
import socketserver
import sys
import threading

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up

lock = threading.RLock()
room = []


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


def say(sender, line):
    """Say a line to all the others."""
    with lock:
        for member in room:
            if member is not sender:
                try:
                    member.sendall(f"{line}\n".encode())
                except OSError:
                    pass


def leave(member):
    """Take a member out of the room."""
    with lock:
        if member in room:
            room.remove(member)


class Talking(socketserver.BaseRequestHandler):
    """One client."""

    def handle(self):
        """Take every line until the stream ends."""
        splitter = LineSplitter()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with lock:
                self.request.sendall(b"* welcome\n")
                room.append(self.request)
            while data := self.request.recv(self.server.size):
                for line in splitter.feed(data):
                    say(self.request, line)
        except LineTooLong:
            leave(self.request)
            hang_up(self.request, 4096, b"* line too long\n")
        except OSError:
            pass
        finally:
            leave(self.request)


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
