"""What comes from one client: received only while there is something to do with it."""

import time

from outlet import FOREVER

LONGEST = 1_000_000  # seconds that recv() can be told to wait


class Inlet:
    """The receiving side of one connection. Only for its own thread."""

    def __init__(self, connection, outlet, writer, seconds):
        """seconds: how long the client may take to get a name."""
        self.connection = connection
        self.outlet = outlet
        self.writer = writer
        self.deadline = time.monotonic() + seconds

    def named(self):
        """Take note that the client has a name, and may take any time from now on."""
        self.deadline = None
        self.connection.settimeout(FOREVER)

    def recv(self, size):
        """Wait for bytes and return them, `size` at the most; none if the stream has ended.

        Nothing is received while the writer's inbox is full, and what a client sends after it
        was dropped does not count. Raises TimeoutError when it has taken too long to get a
        name, OSError when it vanishes.
        """
        self.writer.wait_for_space()
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            self.connection.settimeout(min(left, LONGEST))
        data = self.connection.recv(size)
        return b"" if self.outlet.dropped else data
