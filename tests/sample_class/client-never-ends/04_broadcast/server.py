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
    splitter = LineSplitter()
    while data := connection.recv(buffer_size):
        for line in splitter.feed(data):
            room.say(connection, line)


def serve_client(connection, room, buffer_size):
    """Serve one client from the welcome to the end; it has always left the room afterwards.

    What is sent to it goes out at once (the socket option TCP_NODELAY). A client
    whose line is too long leaves the room and is hung up on with the notice
    `* line too long`. Raises OSError when the client vanishes.
    """
    # Without this the kernel holds a line back while the one before it is on its way.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        room.join(connection)
        take_lines(connection, room, buffer_size)
    except LineTooLong:
        room.leave(connection)
        hang_up(connection, buffer_size, b"* line too long\n")
    finally:
        room.leave(connection)


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
