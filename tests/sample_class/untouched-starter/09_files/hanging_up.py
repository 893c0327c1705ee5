"""Ends one connection so that the last words arrive.

The rule: a connection that is closed while bytes from the client lie unread is
reset, and a reset may destroy what was sent last. So sending ends first, and
the connection is closed when the client has seen that.
"""

import socket
import time

SEND_SECONDS = 30  # how long a client may take to accept what is due to it
LINGER_SECONDS = 1  # how long a client may take to close its side


def hang_up(connection, buffer_size, last_words=b""):
    """Send last_words, end our side of the stream, and wait for the client's end.

    What the client still sends is thrown away, up to buffer_size bytes at a
    time, for LINGER_SECONDS at the most. A client that has gone, or does not
    take its last words, is no error. The caller closes the connection.
    """
    try:
        connection.settimeout(SEND_SECONDS)
        connection.sendall(last_words)
        connection.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + LINGER_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(buffer_size):
                return
    except OSError:
        pass  # gone, or too slow: there is nobody left to be polite to
