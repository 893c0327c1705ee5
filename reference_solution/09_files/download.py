"""One file on its way in: NAME.part, until every byte of it has come."""

import hashlib
import os


class Download:
    """One file on its way in."""

    def __init__(self, label, size, name, path):
        """size: bytes, as announced. path: of the whole file; until then it is PATH.part.

        Raises FileExistsError if there is anything of that name, be it a broken link.
        """
        self.sender = label.rpartition("/")[0]
        self.size = size
        self.name = name
        self.path = path
        self.part = f"{path}.part"
        self.file = open(self.part, "xb")  # noqa: SIM115
        self.digest = hashlib.sha256()
        self.received = 0

    def write(self, payload):
        """Add a chunk. Raises OSError when the disk is full."""
        self.received += len(payload)
        self.digest.update(payload)
        self.file.write(payload)

    def move_to(self, path):
        """Give the file this path. Raises FileExistsError if anything is there, or OSError.

        The path is reserved with an empty file, in one step that fails where something is;
        what is replaced then is that file of ours, and never anybody else's.
        """
        self.file.close()
        open(path, "xb").close()
        try:
            os.replace(self.part, path)
        except OSError:
            os.unlink(path)
            raise

    def remove(self):
        """Leave nothing of it behind."""
        self.file.close()
        os.unlink(self.part)
