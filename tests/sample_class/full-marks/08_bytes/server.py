"""A server that gives any bytes back, reversed. Each client has a thread of its own."""

import socket
import sys

from frames import BadFrame, NotBase64, next_answer
from framing import LineTooLong
from hanging_up import hang_up
from incoming import Incoming, StreamEnded
from serving import Serving
from starting import open_listener, server_options


def answer_frames(connection, incoming):
    """Answer each frame of one client until its stream ends (StreamEnded).

    A text that is not base64 is answered with `* not base64`, and the connection goes
    on. Raises BadFrame and LineTooLong after the frames before it were answered.
    """
    while True:
        try:
            answer = next_answer(incoming)
        except NotBase64:
            answer = b"* not base64\n"
        connection.sendall(answer)


def serve_client(connection, buffer_size):
    """Serve one client until its stream ends.

    As in lesson 04 what is sent goes out at once (TCP_NODELAY). A client whose line
    begins no frame, or is too long, is hung up on with the notice `* bad frame` or
    `* line too long`. Raises OSError when the client vanishes.
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        answer_frames(connection, Incoming(connection, buffer_size))
    except BadFrame:
        hang_up(connection, buffer_size, b"* bad frame\n")
    except LineTooLong:
        hang_up(connection, buffer_size, b"* line too long\n")
    except StreamEnded:
        pass  # all that was whole has been answered


def main():
    """Run the server until it is told to stop; return the exit status."""
    options = server_options()
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    with Serving(listener, lambda connection: serve_client(connection, options.buffer)) as serving:
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        serving.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
