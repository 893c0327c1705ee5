"""Where the cursor stands in the line that is being typed.

Python's readline tells what has been typed, but not where in it the cursor is.
GNU's library does, in a variable of its documented interface, rl_point. Where we
cannot look at that, we take the cursor to be at the end, where it is mostly.
"""

import os

from terminal import GNU, readline

try:
    from ctypes import CDLL, c_int

    rl_point = c_int.in_dll(CDLL(readline.__file__), "rl_point") if GNU else None
except (ImportError, AttributeError, OSError, ValueError):
    rl_point = None  # this Python is built in another way


def split_at_cursor(text):
    """Return what stands before the cursor and what behind it; together they are the text."""
    if rl_point is None:
        return text, ""
    typed = os.fsencode(text)  # the library counts bytes
    before = os.fsdecode(typed[: rl_point.value])
    return before, text[len(before) :]
