"""Cuts a stream of bytes into lines of text. There is no socket in it.

The rule: how the bytes were cut into segments makes no difference whatever.
"""

MAX_LINE = 65536  # bytes of one line, without its end


class LineTooLong(Exception):
    """More bytes have come than a line may have, without an end of the line."""


def text(line):
    """Decode one line's bytes; those that are not UTF-8 become U+FFFD.

    A line is decoded when it is whole, never before: half a character is no error.
    """
    return line.decode("utf-8", errors="replace")


def without_end(line):
    """Take one carriage return off the line's bytes, if it ends with one."""
    return line[:-1] if line.endswith(b"\r") else line


class LineSplitter:
    """Takes the bytes of one connection as they come and gives back whole lines.

    Only for the thread that reads the connection.
    """

    def __init__(self, limit=MAX_LINE):
        """limit: the most bytes of one line, without its end."""
        self.limit = limit
        self.rest = bytearray()  # the beginning of a line whose end has not come yet

    def feed(self, data):
        """Yield the text of each line that data completes, and keep the rest.

        Not enough for a line yet is no error: then nothing is yielded. A line ends
        with LF or CR LF and with nothing else; its end is not part of the text.
        Raises LineTooLong as soon as a line, whole or not, is longer than
        the limit, after the lines before it were yielded.
        """
        *ended, beginning = data.split(b"\n")
        for piece in ended:
            line = without_end(bytes(self.rest + piece))
            self.rest.clear()
            if len(line) > self.limit:
                raise LineTooLong
            yield text(line)
        self.rest += beginning
        if len(without_end(self.rest)) > self.limit:
            raise LineTooLong
