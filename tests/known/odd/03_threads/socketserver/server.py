"""The service of lesson 03 with socketserver: the standard library's own threads."""

import argparse
import signal
import socketserver
import sys
import threading

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


class Answering(socketserver.BaseRequestHandler):
    """One client."""

    def handle(self):
        """Answer every line until the stream ends."""
        splitter, number = LineSplitter(), 0
        try:
            while data := self.request.recv(self.server.size):
                for line in splitter.feed(data):
                    number += 1
                    self.request.sendall(f"{number}: {line}\n".encode())
        except LineTooLong:
            hang_up(self.request, 4096, b"* line too long\n")
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    """Its threads are daemons: they end with the program."""

    allow_reuse_address = True
    request_queue_size = 1024
    daemon_threads = True


def main():
    """Run the server; return the exit status."""
    given = options()
    try:
        server = Server((given.host, given.port), Answering)
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
