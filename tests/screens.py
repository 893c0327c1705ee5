"""Shows what a program has written to its terminal as the text that then stands on it.

Only what the chat client and GNU readline write is known; anything else is an error, so that no
picture is wrong without a word.
"""

from __future__ import annotations

import re

TOKEN = re.compile(r"\x1b\[([0-9;?]*)([@-~])|\x1b[=>]|(.)", re.DOTALL)
SILENT = {"m", "h", "l"}  # colours and modes change no text
BELL = "\x07"


class Screen:
    """A terminal of so many columns that never scrolls: all rows are kept."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.cells: list[list[str]] = [[]]
        self.row = self.column = 0

    def write(self, text: str) -> None:
        """Take what a program has written. Raises ValueError for an unknown control sequence."""
        for found in TOKEN.finditer(text):
            numbers, action, character = found.groups()
            if action:
                self._move(numbers, action)
            elif character:
                self._put(character)

    def rows(self) -> list[str]:
        """Return the rows down to the last one with text, without the spaces at their ends."""
        rows = ["".join(cells).rstrip() for cells in self.cells]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _put(self, character: str) -> None:
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self._down()
        elif character == "\b":
            self.column -= 1
        elif character.isprintable():
            if self.column == self.columns:  # the cursor waits at a full row for the next one
                self.column = 0
                self._down()
            cells = self.cells[self.row]
            cells += " " * (self.column + 1 - len(cells))
            cells[self.column] = character
            self.column += 1
        elif character != BELL:
            raise ValueError(f"a control character that nobody knows: {character!r}")

    def _down(self) -> None:
        self.row += 1
        if self.row == len(self.cells):
            self.cells.append([])

    def _move(self, numbers: str, action: str) -> None:
        if action in SILENT:
            return
        steps = int(numbers or 1) if action in "ACD" else 0
        if action == "A":
            self.row = max(0, self.row - steps)
        elif action == "C":
            self.column = min(self.columns - 1, self.column + steps)
        elif action == "D":
            self.column -= steps
        elif action in "JK" and numbers in ("", "0"):
            del self.cells[self.row][self.column :]
            if action == "J":
                del self.cells[self.row + 1 :]
        else:
            raise ValueError(f"a control sequence that nobody knows: {numbers}{action}")
