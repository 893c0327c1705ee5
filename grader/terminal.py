"""The terminal, as carefully as one that we do not know deserves."""

import sys
from typing import TextIO

from rich.console import Console


def console(plain: bool = False, file: TextIO | None = None) -> Console:
    """Return a console for `file` (default: stdout). plain: no colour, nothing that moves.

    Colour is never used where NO_COLOR is set or nobody looks.
    """
    target = file or sys.stdout
    width = None if target.isatty() else 80
    return Console(file=target, no_color=plain or None, width=width, safe_box=True)
