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
    if not SIZE.fullmatch(digits) or int(digits) > MAX_CHUNK:
        raise BadFrame
    return int(digits)


def decoded(letters):
    """Return the bytes that the text of a base64 frame stands for.

    There is exactly one text for them: standard alphabet, padded, no stray bits.
    Raises NotBase64 for every other one.
    """
    try:
        payload = base64.b64decode(letters.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise NotBase64 from None
    if base64.b64encode(payload).decode() != letters:
        raise NotBase64
    return payload


def next_answer(incoming):
    """Read one frame and return the whole frame that answers it: the payload reversed.

    The answer has the encoding of the question. Raises BadFrame before any payload is
    read, NotBase64, and what reading from `incoming` raises.
    """
    kind, space, rest = incoming.line().partition(" ")
    if kind == "base64" and space:
        return b"base64 " + base64.b64encode(decoded(rest)[::-1]) + b"\n"
    if kind == "bytes":
        payload = incoming.exactly(size_of(rest))
        return f"bytes {rest}\n".encode() + payload[::-1]
    raise BadFrame
