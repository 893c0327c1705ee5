"""Where a text ends on a terminal, and what moves the cursor there.

A terminal breaks a long text into rows. Chinese, Japanese and Korean characters
and most pictures fill two columns of a row; accents that join a letter fill none.
"""

import os
import sys
import unicodedata

TAB = 8  # columns from one tab stop to the next
USUAL_COLUMNS = 80
WIPE = "\r\x1b[J"  # to the beginning of the row, clear from there to the end of the screen
UP = "\x1b[{}A"
RIGHT = "\x1b[{}C"


def columns():
    """Return how many columns the terminal has now."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or USUAL_COLUMNS
    except OSError:
        return USUAL_COLUMNS


def width(character):
    """Return how many columns a visible character fills: 0, 1 or 2."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def end_of(text, columns):
    """Return the row and column, from 0, behind a text that begins at (0, 0).

    A character that does not fit goes to the next row. Behind a full row comes the next one.
    """
    row = column = 0
    for character in text:
        filled = TAB - column % TAB if character == "\t" else width(character)
        if column + filled > columns:
            row, column = row + 1, 0
        column += filled
        if column >= columns:
            row, column = row + 1, 0
    return row, column


def fitted(text, columns):
    """Return the text if it fits into one row, else its two ends with dots between them."""
    if end_of(text, columns)[0] == 0:
        return text
    tail = "..." + text[-(columns // 4 or 1) :]
    head = text
    while head and end_of(head + tail, columns)[0] > 0:
        head = head[:-1]
    return head + tail


def rewound(rows):
    """Return what moves the cursor so many rows up, and wipes all from that row on."""
    return (UP.format(rows) if rows else "") + WIPE


def drawn(before, after, columns):
    """Return what draws two texts from the beginning of a row, and leaves the cursor between."""
    (row, column), (last, behind) = end_of(before, columns), end_of(before + after, columns)
    text = before + after
    if last and behind == 0:
        text += "\n"  # the last row is full; the cursor goes to the next one, as readline has it
    if after:
        text += (UP.format(last - row) if last > row else "") + "\r"
        text += RIGHT.format(column) if column else ""
    return text
