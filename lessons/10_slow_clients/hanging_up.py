"""Ends one connection so that the last words arrive.

The rule: a connection that is closed while bytes from the client lie unread is
reset, and a reset may destroy what was sent last. So sending ends first, and
the connection is closed when the client has seen that.
"""

import socket
import time

LINGER_SECONDS = 1  # how long a client may take to close its side


def linger(connection, buffer_size):
    """Throw away what the client still sends, until it closes its side too.

    That is for LINGER_SECONDS at the most, and up to buffer_size bytes at a time. Our side
    has ended. A client that has gone is no error. The caller closes the connection.
    """
    deadline = time.monotonic() + LINGER_SECONDS
    try:
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(buffer_size):
                return
    except OSError:
        pass  # gone, or too slow: there is nobody left to be polite to


def turn_away(connection, buffer_size, last_words):
    """Send last_words to somebody for whom there is no place, and end the connection."""
    try:
        connection.settimeout(LINGER_SECONDS)
        connection.sendall(last_words)
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        return
    linger(connection, buffer_size)
