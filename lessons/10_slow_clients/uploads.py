"""Files that are sent, chunk by chunk, in turns with what is typed."""

import hashlib
import os
import stat
from contextlib import closing

from progress import Progress

CHUNK = 65536  # bytes
STEP = 10  # percent from one progress line to the next


class CannotSend(Exception):
    """The file cannot be read, or is no plain file. Says why."""


class Upload:
    """One file on its way out. Only for the thread that sends."""

    def __init__(self, number, path, screen):
        """number: its ID, as text. Raises CannotSend."""
        self.number = number
        self.screen = screen
        self.name = os.path.basename(path)
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise CannotSend("not a plain file")
            self.file = open(path, "rb")  # noqa: SIM115
        except (OSError, ValueError) as error:
            raise CannotSend(getattr(error, "strerror", None) or str(error)) from None
        self.size = os.fstat(self.file.fileno()).st_size
        self.progress = Progress(screen, f"sending {self.name}", self.size, STEP)

    def pieces(self):
        """Yield what to send, piece by piece: the announcement, the chunks, the end.

        A file that has become shorter meanwhile, or cannot be read any more, is cancelled,
        with a line on the screen. To send no more of it, close() the generator.
        """
        digest = hashlib.sha256()
        left = self.size
        with self.file, closing(self.progress):
            yield f"/file {self.number} {self.size} {self.name}\n".encode()
            while left:
                chunk = self.read(min(CHUNK, left))
                if not chunk:
                    self.screen.show(f"* cannot read the rest of {self.name}")
                    yield f"/cancel {self.number}\n".encode()
                    return
                digest.update(chunk)
                yield f"/data {self.number} {len(chunk)}\n".encode() + chunk
                left -= len(chunk)
                self.progress.moved(self.size - left)
        yield f"/end {self.number} {digest.hexdigest()}\n".encode()

    def read(self, size):
        """Return the next bytes of the file; none if it has ended, or the disk has failed."""
        try:
            return self.file.read(size)
        except OSError:
            return b""
