"""Numbers the lines of a client: the n-th line, `text`, is answered `n: text`.

One client at a time; the next one waits in the listening socket's queue.
"""

import sys

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up
from starting import open_listener, server_options
from stopping import stop_on_signals


def answer_lines(connection, buffer_size):
    """Answer every line of one client, the first one with number 1, until it leaves.

    A client that has ended its stream gets its answers and is then hung up on;
    so is one whose line is too long, after the notice `* line too long`. Raises
    OSError when the client vanishes.
    """
    splitter = LineSplitter()
    number = 0
    try:
        while data := connection.recv(buffer_size):
            for line in splitter.feed(data):
                number += 1
                connection.sendall(f"{number}: {line}\n".encode())
    except LineTooLong:
        hang_up(connection, buffer_size, b"* line too long\n")


def serve(listener, buffer_size):
    """Serve one client after the other, for ever.

    A client that vanishes in the middle (OSError) ends its own visit and
    nothing else. Every connection is closed when its visit is over.
    """
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                answer_lines(connection, buffer_size)
            except OSError:
                pass  # this client is gone; the next one is waiting


def run():
    """Read the options, listen, say so, serve. Returns an exit status if it cannot listen."""
    options = server_options()
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    with listener:
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        serve(listener, options.buffer)


def main():
    """Run the server until it is told to stop; return the exit status."""
    stop_on_signals()
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
