"""Makes text from a student harmless to look at, whatever shows it afterwards.

The rule: what acts on a terminal, on the direction of a line or on a CI service is shown as
what it is (`\\x1b`, `\\u202e`), and what is too long to read is cut. Escaping for a format (HTML,
CSV) comes on top, where the text is put in.
"""

from __future__ import annotations

import re

ROOM = 4000  # characters of one text that a report shows
WORKFLOW = re.compile(r"::(?=[A-Za-z])|##(?=\[)")  # `::set-output`, `##[error]` in a CI's log


def visible(text: str, room: int = ROOM) -> str:
    """Return the text with nothing in it that acts; line breaks stay. room: in characters."""
    shown = text if len(text) <= room else f"{text[:room]} [.. {len(text)} characters in all]"
    if not shown.replace("\n", "").isprintable():
        shown = "".join(c if c.isprintable() or c == "\n" else _escape(c) for c in shown)
    return WORKFLOW.sub(lambda found: found[0][0] + f"\\x{ord(found[0][1]):02x}", shown)


def visible_line(text: str, room: int = ROOM) -> str:
    """Return the text as one line: line breaks are shown as what they are, too."""
    return visible(text, room).replace("\n", "\\n")


def visible_ascii(text: str, room: int = ROOM) -> str:
    """Return the text as one line of ASCII, for places that know no other characters."""
    return visible_line(text, room).encode("ascii", "backslashreplace").decode()


def _escape(character: str) -> str:
    return repr(character)[1:-1]
