"""The three streams of a program: whose ends are whose."""

from __future__ import annotations

import os
import subprocess
from typing import IO, Any

NO_STDIN = -100  # no value of subprocess


class Streams:
    """Pipes for a program that is about to be started.

    stdin: as for Popen, or NO_STDIN. terminal: a descriptor that is its stdin and stdout. ours:
    the files for our ends of stdin, stdout and stderr, None where there is none. theirs: the
    descriptors of the program's.
    """

    def __init__(self, stdin: int | IO[bytes], terminal: int | None) -> None:
        self.no_stdin = stdin == NO_STDIN
        self.to_close: list[int] = []
        self.ours: list[IO[bytes] | None] = []
        self.theirs: list[int] = []
        if terminal is not None:
            self.theirs, self.ours = [terminal, terminal], [None, None]
        else:
            self._stdin(stdin)
            self._output()
        self._output()

    def _stdin(self, stdin: int | IO[bytes]) -> None:
        if stdin == subprocess.PIPE:
            theirs, ours = os.pipe()
            self._take(theirs, os.fdopen(ours, "wb", buffering=0))
        elif stdin in (subprocess.DEVNULL, NO_STDIN):
            self._take(os.open(os.devnull, os.O_RDONLY), None)
        else:
            self.theirs.append(stdin if isinstance(stdin, int) else stdin.fileno())
            self.ours.append(None)

    def _output(self) -> None:
        ours, theirs = os.pipe()
        self._take(theirs, os.fdopen(ours, "rb", buffering=0))

    def _take(self, theirs: int, ours: IO[bytes] | None) -> None:
        self.to_close.append(theirs)
        self.theirs.append(theirs)
        self.ours.append(ours)

    def for_popen(self) -> dict[str, Any]:
        """Return them as Popen wants them."""
        return dict(zip(("stdin", "stdout", "stderr"), self.theirs, strict=True))

    def are_given(self) -> None:
        """The program has its ends now, or will never: close them here."""
        for descriptor in self.to_close:
            os.close(descriptor)
        self.to_close.clear()
