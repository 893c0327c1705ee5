"""Imported by a student's Python when it starts: no send() of a stream takes more than MOST bytes.

The rule: nothing else differs. What is wrong with the arguments, send() itself says; nobody holds
the caller's buffer when send() has returned or raised; a datagram goes out whole.
"""

import socket

MOST = 1000  # bytes; an ordinary line goes out whole, and so does a byte that wakes a thread
take = socket.socket.send


def send(self, data, *flags):  # type: ignore[no-untyped-def]
    """As socket.send, which may take less than it is given, and says how much."""
    if self.type == socket.SOCK_STREAM:
        try:
            data = bytes(memoryview(data).cast("B")[:MOST])
        except TypeError:
            pass  # no bytes, or not in a row: send() has its own words for that
    return take(self, data, *flags)


send.__code__ = send.__code__.replace(co_filename="<socket>")  # no path of ours in a traceback
socket.socket.send = send  # type: ignore[method-assign]
