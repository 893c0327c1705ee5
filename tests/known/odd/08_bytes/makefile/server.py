"""The service of lesson 08 with socketserver and its buffered reader: readline() and read(n)."""

import argparse
import base64
import binascii
import re
import signal
import socketserver
import sys
import threading

from hanging_up import hang_up

MAX_LINE = MAX_CHUNK = 65536


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


class Refused(Exception):
    """The client is thrown out with these words."""


def head(reader):
    """Return the bytes of the next line without its end, or None when there is none."""
    line = reader.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE and line.endswith(b"\r"):
        line += reader.readline(1)
    whole = line.endswith(b"\n")
    line = line.removesuffix(b"\n").removesuffix(b"\r")
    if len(line) > MAX_LINE:
        raise Refused("line too long")
    return line if whole else None


def answer(letters):
    """Return the answer to these letters."""
    try:
        payload = binascii.a2b_base64(letters)
    except binascii.Error:
        payload = None
    if payload is None or base64.b64encode(payload) != letters:
        return b"* not base64\n"
    return b"base64 " + base64.b64encode(payload[::-1]) + b"\n"


class Answering(socketserver.StreamRequestHandler):
    """One client."""

    disable_nagle_algorithm = True

    def setup(self):
        """Read as much at a time as was asked for."""
        self.rbufsize = self.server.size
        super().setup()

    def handle(self):
        """Answer every frame until the stream ends."""
        try:
            while (line := head(self.rfile)) is not None:
                if line.startswith(b"base64 "):
                    self.wfile.write(answer(line[7:]))
                elif not self.carries(line):
                    return
        except Refused as notice:
            hang_up(self.request, self.server.size, f"* {notice}\n".encode())
        except OSError:
            pass

    def carries(self, line):
        """Give back a payload; return whether all of it was there."""
        found = re.fullmatch(rb"bytes ([0-9]{1,9})", line)
        if not found or int(found[1]) > MAX_CHUNK:
            raise Refused("bad frame")
        payload = self.rfile.read(int(found[1]))
        if len(payload) < int(found[1]):
            return False
        self.wfile.write(b"bytes %d\n" % len(payload))  # the number, not as it was written
        self.wfile.write(payload[::-1])
        return True


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
