"""Two ways to carry any bytes on a connection that speaks in lines.

`base64 TEXT` is a line like any other, a third longer than what it carries.
`bytes N` is a line that is followed by N raw bytes, to which no rule about lines
applies.
"""

import base64
import binascii
import re

MAX_CHUNK = 65536  # bytes of one payload
SIZE = re.compile(r"[0-9]{1,9}")


class BadFrame(Exception):
    """A line that begins no frame, or one that cannot be followed."""


class NotBase64(Exception):
    """The text of a base64 frame is not just what an encoder writes."""


def size_of(digits):
    """Return the number of bytes that these 1 to 9 digits announce.

    Raises BadFrame for anything else, and for more than MAX_CHUNK.
    """
    raise NotImplementedError("TODO 8.2: a bytes frame comes back reversed")


def decoded(letters):
    """Return the bytes that the text of a base64 frame stands for.

    There is exactly one text for them: standard alphabet, padded, no stray bits.
    Raises NotBase64 for every other one.
    """
    raise NotImplementedError("TODO 8.1: a base64 frame comes back reversed")


def next_answer(incoming):
    """Read one frame and return the whole frame that answers it: the payload reversed.

    The answer has the encoding of the question. Raises BadFrame before any payload is
    read, NotBase64, and what reading from `incoming` raises.
    """
    raise NotImplementedError("TODO 8.1: a base64 frame comes back reversed")
