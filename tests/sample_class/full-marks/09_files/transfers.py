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
    with room.lock:
        label = f"{member.name}/{number}"
        if label in room.transfers:
            return False
        others = {other for other in room.members.values() if other is not member}
        transfer = Transfer(number, label, size, name, others)
        room.transfers[label] = member.transfers[number] = transfer
        transfer.tell(f"/file {label} {size} {name}\n".encode())
        return True


def pass_on(room, transfer, digits, payload):
    """Send a chunk to the receivers, as one piece. digits: its length as it was written."""
    transfer.sent += len(payload)
    with room.lock:
        transfer.tell(f"/data {transfer.label} {digits}\n".encode() + payload)


def finish(room, member, transfer, digest):
    """Close a transfer: receivers get `/end`, the sender who they are by now."""
    with room.lock:
        close(room, member, transfer, f"/end {transfer.label} {digest}")
        names = sorted((receiver.name for receiver in transfer.receivers), key=key)
        whom = ", ".join(names) or "nobody"
        send(member.connection, f"* sent {transfer.name} ({transfer.size} bytes) to {whom}")


def cancel(room, member, transfer, reason):
    """Close a transfer: receivers get `/cancel`, the sender the reason."""
    with room.lock:
        close(room, member, transfer, f"/cancel {transfer.label}")
        send(member.connection, refusal(transfer.number, reason))


def cancel_all(room, member):
    """Close all transfers of a member that is leaving; receivers get `/cancel` for each."""
    with room.lock:
        for transfer in list(member.transfers.values()):
            close(room, member, transfer, f"/cancel {transfer.label}")


def close(room, member, transfer, line):
    """Forget a transfer and tell its receivers this line. The room's lock must be held."""
    del room.transfers[transfer.label]
    del member.transfers[transfer.number]
    transfer.tell(f"{line}\n".encode())


def refusal(number, reason):
    """Return the notice that nothing comes of the transfer with this ID."""
    return f"* transfer {number} cancelled: {reason}"
