"""What every server of this course does before its first client.

It reads the options and opens the listening socket. It knows nothing of what
the server will say.
"""

import argparse
import os
import socket

BACKLOG = 1024  # visitors who may wait for accept(); with 128, a crowd of 1000 waits 20 s


def server_options():
    """Read --host, --port and --buffer from the command line.

    Options that make no sense end the program with a usage line and status 2.
    """
    parser = argparse.ArgumentParser(description="A server of From Echo to Chat.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=port_number, default=5555, help="0 takes a free one")
    parser.add_argument(
        "--buffer", type=buffer_size, default=4096, help="most bytes a single recv may ask for"
    )
    return parser.parse_args()


def port_number(text):
    """Turn an option's text into a port from 0 to 65535. Raises ValueError."""
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError(text)
    return port


def buffer_size(text):
    """Turn an option's text into a number of bytes from 1 to 65536. Raises ValueError."""
    size = int(text)
    if not 1 <= size <= 65536:
        raise ValueError(text)
    return size


def open_listener(host, port):
    """Return a TCP socket that listens on host and port; port 0 takes a free one.

    A server that was stopped a moment ago leaves its old connections behind in
    the kernel; the socket allows the port to be used again at once all the
    same (SO_REUSEADDR, but not on Windows, where it means something else).
    Raises OSError when the address cannot be had, and leaves no socket open.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
