"""The clients for which something waits, because they do not take it at once.

The rule: nobody waits for one of them alone. The writer waits for all of them, and
for the bell, at the same time.
"""

import selectors
import socket


class Late:
    """A set of outlets. Only for the writer, but for ring()."""

    def __init__(self):
        self.outlets = set()
        self.selector = selectors.DefaultSelector()
        self.bell, self.button = socket.socketpair()
        self.bell.setblocking(False)
        self.button.setblocking(False)
        self.selector.register(self.bell, selectors.EVENT_READ)
        self.watching = False  # the writer is here, and must be rung for

    def add(self, outlet):
        """Watch a client until it has taken all."""
        if outlet not in self.outlets:
            self.outlets.add(outlet)
            self.selector.register(outlet.connection, selectors.EVENT_WRITE, outlet)

    def remove(self, outlet):
        """Watch a client no more, if it was watched."""
        if outlet in self.outlets:
            self.outlets.remove(outlet)
            self.selector.unregister(outlet.connection)

    def ring(self):
        """Wake the writer, if it is here. Safe from any thread, behind the put() it is for."""
        if self.watching:
            try:
                self.button.send(b"\0")
            except BlockingIOError:
                pass  # it has been rung often enough

    def ready(self, inbox, seconds):
        """Return who can take something; wait for that, but not if there are posts.

        First it is said that we watch, then the inbox is looked at: who posts after that rings.
        """
        self.watching = True
        events = self.selector.select(seconds if inbox.is_empty() else 0)
        self.watching = False
        if any(key.data is None for key, _ in events):
            self.bell.recv(4096)
        return [key.data for key, _ in events if key.data is not None]

    def close(self):
        """Give back what it holds. Nobody rings any more."""
        self.selector.close()
        self.bell.close()
        self.button.close()
