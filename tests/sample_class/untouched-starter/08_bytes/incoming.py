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
        raise NotImplementedError("TODO 8.1: a base64 frame comes back reversed")

    def exactly(self, size):
        """Return the next `size` bytes, whatever they are.

        Raises StreamEnded when the stream ends before that, OSError when the client vanishes.
        """
        raise NotImplementedError("TODO 8.2: a bytes frame comes back reversed")

    def receive(self):
        """Wait for more bytes. Raises StreamEnded when there will be none."""
        raise NotImplementedError("TODO 8.1: a base64 frame comes back reversed")

    def take(self, size):
        """Return the first `size` of the bytes that are here, and forget them."""
        raise NotImplementedError("TODO 8.1: a base64 frame comes back reversed")
