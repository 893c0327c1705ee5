"""What every server of this course does before its first client.

It reads the options and opens the listening socket. It knows nothing of what
the server will say.
"""

import argparse
import math
import os
import socket

try:
    import resource
except ImportError:  # Windows, where nothing has to be raised
    resource = None

SPARE = 100  # descriptors beyond the clients', for those who are turned away and our own
BACKLOG = 1024  # visitors who may wait for accept(); with 128, a crowd of 1000 waits 20 s


def server_options():
    """Read the options from the command line.

    Options that make no sense end the program with a usage line and status 2.
    """
    parser = argparse.ArgumentParser(description="A server of From Echo to Chat.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=port_number, default=5555, help="0 takes a free one")
    parser.add_argument(
        "--buffer", type=buffer_size, default=4096, help="most bytes a single recv may ask for"
    )
    add = parser.add_argument
    add("--outbox", type=count, default=8 * 1024 * 1024, help="bytes that wait for a client")
    add("--file-timeout", type=seconds, default=10.0, help="seconds in which it takes no file")
    add("--name-timeout", type=seconds, default=30.0, help="seconds until it has a name")
    add("--max-clients", type=count, default=1000, help="connections at the same time")
    add("--echo", action="store_true", help="who says something gets it too")
    return parser.parse_args()


def count(text):
    """Turn an option's text into a whole number from 1 on. Raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def seconds(text):
    """Turn an option's text into seconds, more than 0. Raises ValueError."""
    number = float(text)
    if not (math.isfinite(number) and number > 0):
        raise ValueError(text)
    return number


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


def allow_connections(number):
    """Ask the system to allow so many connections and a few files, if it limits them.

    A number that it does not allow is no error: accepting then waits until there is space.
    """
    if resource is None:
        return
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + SPARE
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
