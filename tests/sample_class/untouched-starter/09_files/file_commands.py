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
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def take_chunk(room, member, line, incoming):
    """Read the bytes behind a `/data ID N` line, and pass them on if they belong to a file.

    Bytes of an unknown transfer, and those past the announced size, are thrown away.
    Raises BadFrame before anything is read if the line is malformed.
    """
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def end(room, member, number, digest):
    """Finish a transfer. One that is not whole, or has no SHA-256, is cancelled."""
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")


def cancel_(room, member, number):
    """Cancel a transfer at its sender's wish."""
    raise NotImplementedError("TODO 9.7: a file that is not whole is cancelled")


def opened(room, member, number):
    """Return the member's transfer with this ID; None, after a refusal, if there is none."""
    raise NotImplementedError("TODO 9.2: a file reaches everybody else")
