"""What comes from one client: lines, and raw bytes between them.

The rule: one object owns what has been received and not yet used. Whoever reads
lines with one buffer and bytes with another loses what the first has taken.
"""

from framing import MAX_LINE, LineTooLong, text, without_end


class StreamEnded(Exception):
    """The client's stream has ended, perhaps in the middle of something."""


class Incoming:
    """The bytes of one connection, taken as lines or by number. Only for its own thread."""

    def __init__(self, connection, buffer_size, limit=MAX_LINE):
        """buffer_size: the most bytes one recv() may ask for; limit: the most of one line."""
        self.connection = connection
        self.buffer_size = buffer_size
        self.limit = limit
        self.rest = bytearray()  # received, and not yet taken

    def line(self):
        """Return the text of the next line, without its end.

        Raises LineTooLong as soon as more bytes than the limit have come without an end,
        StreamEnded when the stream ends before that, OSError when the client vanishes.
        """
        seen = 0
        while (end := self.rest.find(b"\n", seen)) < 0:
            seen = len(self.rest)
            if len(without_end(self.rest)) > self.limit:
                raise LineTooLong
            self.receive()
        line = without_end(self.take(end + 1)[:-1])
        if len(line) > self.limit:
            raise LineTooLong
        return text(line)

    def exactly(self, size):
        """Return the next `size` bytes, whatever they are.

        Raises StreamEnded when the stream ends before that, OSError when the client vanishes.
        """
        while len(self.rest) < size:
            self.receive()
        return self.take(size)

    def receive(self):
        """Wait for more bytes. Raises StreamEnded when there will be none."""
        data = self.connection.recv(self.buffer_size)
        if not data:
            raise StreamEnded
        self.rest += data

    def take(self, size):
        """Return the first `size` of the bytes that are here, and forget them."""
        taken = bytes(self.rest[:size])
        del self.rest[:size]
        return taken
