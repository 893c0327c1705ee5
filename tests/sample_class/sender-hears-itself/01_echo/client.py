"""A client for the echo server: it sends what you type and prints what comes back."""

import argparse
import socket
import sys

from starting import port_number
from stopping import stop_on_signals


class ServerHungUp(Exception):
    """The server ended the connection before the echo was complete."""


def receive_exactly(connection, size):
    """Return the next size bytes from the server, in however many pieces they come.

    Raises ServerHungUp when the stream ends, or breaks, before that.
    """
    received = b""
    while len(received) < size:
        try:
            data = connection.recv(size - len(received))
        except ConnectionError:
            data = b""
        if not data:
            raise ServerHungUp
        received += data
    return received


def talk(connection, lines):
    """Send each line of text, and print its echo before the next one is sent.

    The last line may lack its end; it is sent with one all the same. Raises
    ServerHungUp when the server has gone.
    """
    for line in lines:
        data = line.removesuffix("\n").encode() + b"\n"
        try:
            connection.sendall(data)
        except ConnectionError:
            raise ServerHungUp from None
        echo = receive_exactly(connection, len(data))
        print(echo.decode(errors="replace"), end="", flush=True)


def client_options():
    """Read --host and --port from the command line."""
    parser = argparse.ArgumentParser(description="A client of From Echo to Chat.")
    parser.add_argument("--host", default="127.0.0.1", help="the server's address")
    parser.add_argument("--port", type=port_number, default=5555, help="the server's port")
    return parser.parse_args()


def run():
    """Connect and talk until the keyboard or the server ends; return the exit status."""
    options = client_options()
    try:
        connection = socket.create_connection((options.host, options.port))
    except (OSError, UnicodeError) as error:  # the latter where no host can be called so
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    with connection:
        try:
            talk(connection, sys.stdin or ())
        except ServerHungUp:
            print("the server hung up", file=sys.stderr)
            return 1
    return 0


def main():
    """Run the client until it is done or told to stop; return the exit status."""
    stop_on_signals()
    # What cannot be shown or read in this terminal's encoding becomes a question mark.
    for stream in (sys.stdin, sys.stdout):
        if stream is not None:  # it may be closed
            stream.reconfigure(errors="replace")
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
