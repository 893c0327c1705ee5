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

    def remove(self):
        """Leave nothing of it behind."""
        self.file.close()
        os.unlink(self.part)
