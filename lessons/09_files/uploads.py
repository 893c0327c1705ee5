"""Files that are sent, chunk by chunk, in turns with what is typed."""

import hashlib
import os
import stat

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

    def pieces(self):
        """Yield what to send, piece by piece: the announcement, the chunks, the end.

        A file that has become shorter meanwhile, or cannot be read any more, is cancelled,
        with a line on the screen.
        """
        raise NotImplementedError("TODO 9.12: the client sends a file")

    def read(self, size):
        """Return the next bytes of the file; none if it has ended, or the disk has failed."""
        try:
            return self.file.read(size)
        except OSError:
            return b""

    def show_progress(self, before, left):
        """Show a line whenever another STEP of the file has been sent."""
        done, was = (100 * (self.size - rest) // self.size // STEP for rest in (left, before))
        if done > was:
            self.screen.show(f"* sending {self.name}: {done * STEP} %")
