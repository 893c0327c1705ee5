"""The commands that carry files: what a sender may say, and what it is told.

The rule: nothing that a sender says about a file is believed before it is checked.
"""

from file_names import fault_of
from misuse import Misused
from transfers import (
    ID,
    MAX_CHUNK,
    SHA256,
    SIZE,
    announce,
    cancel,
    finish,
    pass_on,
    refusal,
)  # fmt: skip


class BadFrame(Exception):
    """A /data line that cannot be followed: nobody knows where its bytes end."""


def file_(room, member, number, size, name):
    """Open a transfer, or say why not. An ID that is still open is cancelled instead."""
    if not ID.fullmatch(number) or not SIZE.fullmatch(size):
        raise Misused
    if number in member.transfers:
        cancel(room, member, member.transfers[number], "it was announced again")
    elif reason := fault_of(name):
        room.reply(member, refusal(number, reason))
    elif not announce(room, member, number, size, name):
        room.reply(member, refusal(number, "somebody's file has that label"))


def take_chunk(room, member, line, incoming):
    """Read the bytes behind a `/data ID N` line, and pass them on if they belong to a file.

    Bytes of an unknown transfer, and those past the announced size, are thrown away.
    Raises BadFrame before anything is read if the line is malformed.
    """
    parts = line.split(" ")
    if len(parts) != 3 or not all(ID.fullmatch(part) for part in parts[1:]):
        raise BadFrame
    _, number, digits = parts
    if not 1 <= int(digits) <= MAX_CHUNK:
        raise BadFrame
    payload = incoming.exactly(int(digits))
    transfer = member.transfers.get(number)
    if transfer is None:
        room.reply(member, refusal(number, "it is not open"))
    elif not transfer.takes(len(payload)):
        cancel(room, member, transfer, f"more than {transfer.size} bytes")
    else:
        pass_on(room, transfer, digits, payload)


def end(room, member, number, digest):
    """Finish a transfer. One that is not whole, or has no SHA-256, is cancelled."""
    transfer = opened(room, member, number)
    if transfer is None:
        return
    if not transfer.is_whole():
        cancel(room, member, transfer, f"{transfer.sent} of {transfer.size} bytes")
    elif not SHA256.fullmatch(digest):
        cancel(room, member, transfer, "a SHA-256 is 64 digits 0-9 a-f")
    else:
        finish(room, member, transfer, digest)


def cancel_(room, member, number):
    """Cancel a transfer at its sender's wish."""
    transfer = opened(room, member, number)
    if transfer is not None:
        cancel(room, member, transfer, "as you wish")


def opened(room, member, number):
    """Return the member's transfer with this ID; None, after a refusal, if there is none."""
    if not ID.fullmatch(number):
        raise Misused
    if number not in member.transfers:
        room.reply(member, refusal(number, "it is not open"))
    return member.transfers.get(number)
