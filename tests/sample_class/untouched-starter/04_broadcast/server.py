"""A chat room: what one client says, all others hear.

Each client has a thread of its own; the room is what the threads share.
"""

import socket
import sys

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up
from room import Room
from serving import Serving
from starting import open_listener, server_options


def take_lines(connection, room, buffer_size):
    """Say every line of one client in the room, until its stream ends.

    Raises LineTooLong after the lines before it were said, and OSError when the
    client vanishes.
    """
    raise NotImplementedError("TODO 4.1: a newcomer is welcomed")


def serve_client(connection, room, buffer_size):
    """Serve one client from the welcome to the end; it has always left the room afterwards.

    What is sent to it goes out at once (the socket option TCP_NODELAY). A client
    whose line is too long leaves the room and is hung up on with the notice
    `* line too long`. Raises OSError when the client vanishes.
    """
    raise NotImplementedError("TODO 4.1: a newcomer is welcomed")


def main():
    """Run the server until it is told to stop; return the exit status."""
    options = server_options()
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    room = Room()
    with Serving(
        listener, lambda connection: serve_client(connection, room, options.buffer)
    ) as serving:
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        serving.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
