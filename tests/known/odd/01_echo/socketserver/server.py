"""An echo server made of the standard library's socketserver, one visitor at a time."""

import argparse
import socketserver
import sys

from stopping import stop_on_signals


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(self.server.buffer_size):
            self.request.sendall(data)


class Server(socketserver.TCPServer):
    allow_reuse_address = True

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
        server = Server((options.host, options.port), Echo)
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
