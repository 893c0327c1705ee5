"""What comes from one client: received only while there is something to do with it."""

import time

from outlet import FOREVER

LONGEST = 1_000_000  # seconds that recv() can be told to wait


class Inlet:
    """The receiving side of one connection. Only for its own thread."""

    def __init__(self, connection, outlet, inbox, seconds):
        """seconds: how long the client may take to get a name."""
        self.connection = connection
        self.outlet = outlet
        self.inbox = inbox
        self.deadline = time.monotonic() + seconds

    def named(self):
        """Take note that the client has a name, and may take any time from now on."""
        self.deadline = None
        self.connection.settimeout(FOREVER)

    def recv(self, size):
        """Wait for bytes and return them, `size` at the most; none if the stream has ended.

        Raises TimeoutError when the client has taken too long to get a name, OSError when it
        vanishes.
        """
        self.wait()
        data = self.connection.recv(size)
        return b"" if self.outlet.dropped else data

    def recv_into(self, place):
        """Wait for bytes and put them there; return how many, 0 if the stream has ended."""
        self.wait()
        count = self.connection.recv_into(place)
        return 0 if self.outlet.dropped else count

    def wait(self):
        """Wait until there is space in the inbox, and see to the time.

        What a client sends after it was dropped does not count, and is not received either.
        """
        self.inbox.wait_for_space()
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.connection.settimeout(min(left, LONGEST))
