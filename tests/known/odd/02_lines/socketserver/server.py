"""Numbered lines, made of the standard library's socketserver, one visitor at a time."""

import argparse
import socketserver
import sys

from hanging_up import hang_up
from stopping import stop_on_signals

MAX_LINE = 65536


class Lines(socketserver.StreamRequestHandler):
    def setup(self):
        self.rbufsize = self.server.buffer_size
        super().setup()

    def handle(self):
        number = 0
        while line := self.line():
            number += 1
            text = line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")
            self.wfile.write(f"{number}: {text}\r\n".encode())
        if line is None:
            hang_up(self.request, 4096, b"* line too long\r\n")

    def line(self):
        """Return the next line with its end, b"" at the end of the stream, None if too long."""
        line = self.rfile.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE and line.endswith(b"\r"):
            line += self.rfile.readline(1)
        if line.endswith(b"\n"):
            return line
        return None if len(line) > MAX_LINE else b""


class Server(socketserver.TCPServer):
    allow_reuse_address = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        print("lost", client_address)


def number(text):
    if not 0 <= int(text) <= 65536:
        raise ValueError
    return int(text)


def run():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=number, default=5555)
    parser.add_argument("--buffer", type=number, default=4096)
    options = parser.parse_args()
    if options.buffer == 0:
        parser.error("a buffer of 0 bytes holds nothing")
    try:
        server = Server((options.host, options.port), Lines)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    server.buffer_size = options.buffer
    print("listening on {}:{}".format(*server.server_address), flush=True)
    server.serve_forever()


def main():
    stop_on_signals()
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
