"""A client that treats the connection as a file of lines."""

import argparse
import socket
import sys

from stopping import stop_on_signals


def run():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    options = parser.parse_args()
    try:
        connection = socket.create_connection((options.host, options.port))
    except OSError as error:
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    echoes = connection.makefile("rb")
    try:
        for line in sys.stdin.buffer:
            connection.sendall(line if line.endswith(b"\n") else line + b"\n")
            echo = echoes.readline()
            if not echo.endswith(b"\n"):
                raise ConnectionError
            sys.stdout.buffer.write(echo)
            sys.stdout.buffer.flush()
    except ConnectionError:
        print("the server hung up", file=sys.stderr)
        return 1
    return 0


def main():
    stop_on_signals()
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
