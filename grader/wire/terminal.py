"""A terminal of the harness, for a program that is to believe in a person (POSIX only)."""

from __future__ import annotations

import os
import re
import struct
from typing import IO

TERMINAL_KIND = "xterm"
ROWS, COLUMNS = 24, 80
CONTROLS = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-Z\\\]^_=>]|[\x07\r]")


class Terminal:
    """A pseudo-terminal. program_end: the descriptor for the program's stdin and stdout."""

    def __init__(self) -> None:
        import fcntl
        import pty
        import termios

        self.our_end, self.program_end = pty.openpty()
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self.program_end, termios.TIOCSWINSZ, size)

    def is_in_use(self) -> IO[bytes]:
        """Close the program's end here, since the program has it; return ours, to read from."""
        os.close(self.program_end)
        return os.fdopen(self.our_end, "rb", buffering=0)


def without_controls(output: bytes) -> bytes:
    """Return what a program wrote to a terminal without colours and moves of the cursor."""
    return CONTROLS.sub(b"", output)
