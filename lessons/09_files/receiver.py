"""Takes what the server sends, in a thread of its own: lines, and the bytes of files.

It reads a file's bytes by number, so it must be free to wait for them.
"""

import threading

from framing import MAX_LINE, LineTooLong
from incoming import Incoming, StreamEnded

MOST_OF_A_LINE = 4 * MAX_LINE  # bytes; a server may put something in front of a line
BUFFER_SIZE = 65536
MAX_CHUNK = 65536  # bytes of a file in one piece


class BadChunk(Exception):
    """The server announced a chunk that cannot be followed."""


def is_number(text, most):
    """Say whether the text is a number from 0 to `most`, in ASCII digits."""
    return text.isascii() and text.isdecimal() and len(text) <= 15 and int(text) <= most


class Receiver:
    """Hands files to the downloads and every other line to on_line(text)."""

    def __init__(self, connection, downloads, on_line, on_end):
        """on_line and on_end are called in the receiver's own thread."""
        self.incoming = Incoming(connection, BUFFER_SIZE, MOST_OF_A_LINE)
        self.downloads = downloads
        self.on_line = on_line
        self.on_end = on_end
        self.last_line = ""  # handed to on_line
        self.ended = False  # nothing more will come; set once

    def start(self):
        """Begin to receive. The thread is a daemon: it may be waiting when the program ends."""
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        """Take line after line until the stream ends or cannot be understood; call on_end."""
        try:
            while True:
                self.take(self.incoming.line())
        except (OSError, StreamEnded, LineTooLong, BadChunk):
            self.ended = True
            self.on_end()

    def take(self, line):
        """Take one line: part of a file, or something for on_line."""
        word, *rest = line.split(" ", 3)
        if word == "/file" and len(rest) == 3 and is_number(rest[1], 10**15):
            self.downloads.begin(*rest)
        elif word == "/data":
            self.take_chunk(rest)
        elif word == "/end" and len(rest) == 2:
            self.downloads.end(*rest)
        elif word == "/cancel" and len(rest) == 1:
            self.downloads.cancel(rest[0])
        else:
            self.last_line = line
            self.on_line(line)

    def take_chunk(self, words):
        """Take the bytes behind `/data SENDER/ID N`. Raises BadChunk if N is no such number."""
        if len(words) != 2 or not is_number(words[1], MAX_CHUNK):
            raise BadChunk
        self.downloads.chunk(words[0], self.incoming.exactly(int(words[1])))
