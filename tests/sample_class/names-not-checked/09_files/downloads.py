"""Files that arrive. Whatever the server claims, nothing lands outside one folder.

The rule: a file has its name only when every byte of it has come. Until then it
is NAME.part, and what is there already is never replaced or followed.
"""

import itertools
import os
import threading

from download import Download
from file_names import fault_here

MOST_AT_ONCE = 64  # a server that opens more has lost its senses


class Downloads:
    """All files on their way in. Every method is safe from any thread."""

    def __init__(self, folder, screen):
        """folder: made when the first file comes."""
        self.folder = folder
        self.screen = screen
        self.lock = threading.Lock()
        self.open = {}  # SENDER/ID -> Download; guarded by lock
        self.closed = False  # no more files are taken; guarded by lock

    def begin(self, label, size, name):
        """Make room for a file that was announced, or say why not.

        size: bytes, in digits. A file that is still open under this label is dropped first.
        """
        self.cancel(label)
        with self.lock:
            try:
                if reason := self.too_many():
                    raise OSError(0, reason)
                os.makedirs(self.folder, exist_ok=True)
                self.open[label] = self.reserved(label, size, name)
            except ValueError:
                self.screen.show(f"* cannot keep {name}")
            except OSError as error:
                self.screen.show(f"* cannot keep {name}: {error.strerror}")

    def too_many(self):
        """Return what to say when no more files can come in now."""
        return "too many files at once" if len(self.open) >= MOST_AT_ONCE or self.closed else ""

    def reserved(self, label, size, name):
        """Return a Download whose path nobody else uses. Raises OSError."""
        for path in self.paths(name):
            if not os.path.lexists(path):
                try:
                    return Download(label, size, name, path)
                except FileExistsError:
                    pass  # somebody else's; the next number, then

    def paths(self, name):
        """Yield the paths that a file of this name may get: `NAME`, `NAME (1)`, `NAME (2)`..."""
        yield os.path.join(self.folder, name)
        for number in itertools.count(1):
            yield os.path.join(self.folder, f"{name} ({number})")

    def chunk(self, label, payload):
        """Add a chunk to the file with this label; of an unknown one nothing is kept."""
        with self.lock:
            download = self.open.get(label)
            if download is None:
                return
            if download.received + len(payload) > int(download.size):
                self.drop(label, "it is longer than announced")
                return
            try:
                download.write(payload)
            except OSError as error:
                self.drop(label, error.strerror)

    def end(self, label, digest):
        """Give a file its name, if it is whole and undamaged."""
        with self.lock:
            download = self.open.get(label)
            if download is None:
                return
            if download.received != int(download.size):
                self.drop(label, "it is shorter than announced")
            elif download.digest.hexdigest() != digest:
                self.drop(label, "it was damaged on the way")
            else:
                self.finish(label)

    def finish(self, label):
        """Give a whole file its own path; if that was taken meanwhile, the first that is free.

        The lock must be held.
        """
        download = self.open[label]
        try:
            for path in itertools.chain([download.path], self.paths(download.name)):
                try:
                    download.move_to(path)
                    break
                except FileExistsError:
                    pass  # it has come while the file was on its way; the next, then
        except OSError as error:
            self.drop(label, error.strerror)
            return
        del self.open[label]
        self.screen.show(f"* got {download.name} ({download.size} bytes) from {download.sender}")

    def cancel(self, label, reason="it was cancelled"):
        """Forget a file that will not come. An unknown label is no error."""
        with self.lock:
            if label in self.open:
                self.drop(label, reason)

    def abandon_all(self):
        """Forget all that is not whole: the server has gone, or we go."""
        with self.lock:
            self.closed = True
            for label in list(self.open):
                self.drop(label, "the connection has ended")

    def drop(self, label, reason):
        """Remove what has come of a file, and say so. The lock must be held."""
        download = self.open.pop(label)
        try:
            download.remove()
        except OSError:
            pass  # whoever removed it before us is welcome
        self.screen.show(f"* lost {download.name} from {download.sender}: {reason}")
