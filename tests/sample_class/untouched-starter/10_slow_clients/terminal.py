"""Whether there is a terminal, and whether a line is being typed at it."""

import os
import sys

try:
    import readline
    import termios
except ImportError:  # Windows: there the terminal itself keeps the typed line
    readline = termios = None

GNU = readline is not None and "libedit" not in (readline.__doc__ or "")


def obeys(stream):
    """Say whether what is written to the stream comes to a terminal that knows colours."""
    return stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def keeps_typed_line():
    """Say whether readline reads the keyboard, so that we know what has been typed so far."""
    return (
        readline is not None and sys.stdin is not None and sys.stdin.isatty() and obeys(sys.stdout)
    )


def is_being_typed():
    """Say whether readline is in the middle of a line.

    It takes each key from the terminal at once then (not ICANON). After Enter it gives the
    terminal back before anybody else can learn that the line is complete.
    """
    return not termios.tcgetattr(sys.stdin)[3] & termios.ICANON
