"""Files on their way from one member to those who were here when it was announced.

The rule: a chunk is passed on whole or not at all, under the room's lock like
everything else; nothing of a file is kept here.
"""

import re

from names import key
from room import send, send_bytes

MAX_CHUNK = 65536  # bytes
ID = re.compile(r"[0-9]{1,9}")
SIZE = re.compile(r"[0-9]{1,15}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class Transfer:
    """One file. Its sender's own thread counts; receivers is guarded by the room's lock."""

    def __init__(self, number, label, size, name, receivers):
        """number: the sender's ID; label: SENDER/ID; size: bytes, as it was written."""
        self.number = number
        self.label = label
        self.size = size
        self.name = name
        self.receivers = receivers
        self.sent = 0  # bytes passed on so far

    def takes(self, count):
        """Say whether so many more bytes still belong to the file."""
        return self.sent + count <= int(self.size)

    def is_whole(self):
        """Say whether all bytes have been passed on."""
        return self.sent == int(self.size)

    def tell(self, data):
        """Send these bytes to all receivers. The room's lock must be held."""
        for receiver in self.receivers:
            send_bytes(receiver.connection, data)


def announce(room, member, number, size, name):
    """Open a transfer to everybody else who is here, who get `/file SENDER/ID SIZE NAME`.

    SENDER is the member's name of this moment. Return False, and tell nobody, if that
    label is open: somebody else may have announced it under that name.
    """
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def pass_on(room, transfer, digits, payload):
    """Send a chunk to the receivers, as one piece. digits: its length as it was written."""
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def finish(room, member, transfer, digest):
    """Close a transfer: receivers get `/end`, the sender who they are by now."""
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def cancel(room, member, transfer, reason):
    """Close a transfer: receivers get `/cancel`, the sender the reason."""
    raise NotImplementedError("TODO 9.7: a file that is not whole is cancelled")


def cancel_all(room, member):
    """Close all transfers of a member that is leaving; receivers get `/cancel` for each."""
    raise NotImplementedError("TODO 9.1: the room of lesson 07 is still there")


def close(room, member, transfer, line):
    """Forget a transfer and tell its receivers this line. The room's lock must be held."""
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def refusal(number, reason):
    """Return the notice that nothing comes of the transfer with this ID."""
    return f"* transfer {number} cancelled: {reason}"
