"""Numbers the lines of many clients at once, a counter for each.

Each client has a thread of its own, so nobody waits for a silent neighbour.
"""

import sys

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up
from serving import Serving
from starting import open_listener, server_options


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


def main():
    """Run the server until it is told to stop; return the exit status."""
    options = server_options()
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    with Serving(listener, lambda connection: answer_lines(connection, options.buffer)) as serving:
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        serving.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
