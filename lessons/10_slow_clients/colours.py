"""How a line looks at a terminal: coloured, and without any power over the terminal.

The rule: what comes from the network is text. A terminal obeys control characters,
so each is made visible, like `^[` for Escape, before we add any of our own.
"""

import os
import re
import zlib

from names import NAME, key
from terminal import obeys

PLAIN = "\x1b[0m"
DIM = "\x1b[2m"
PRIVATE = "\x1b[35m"  # magenta; nobody's name has it
PALETTE = [f"\x1b[{number}m" for number in (31, 32, 33, 36, 94)]  # red green yellow cyan blue
CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # all but the tab
SAID = re.compile(rf"({NAME.pattern})( \(private\))?: ")


def look_for(stream):
    """Return the function that makes a line ready for the stream.

    Only a terminal gets anything but the line itself. It gets colours if it knows them,
    unless the user has set NO_COLOR to anything (see https://no-color.org).
    """
    if not stream.isatty():
        return str
    return coloured if obeys(stream) and not os.environ.get("NO_COLOR") else visible


def visible(text):
    """Return the text with a stand-in for every control character but the tab."""
    return CONTROL.sub(stand_in, text)


def stand_in(match):
    """Return `^[` for Escape, `^?` for Delete, `\\x9b` for one of the upper range."""
    code = ord(match[0])
    return f"^{chr(code ^ 64)}" if code < 128 else f"\\x{code:x}"


def coloured(line):
    """Return the line, visible: a notice dim, a speaker's name in a colour of its own.

    What is said in private has one more colour, whoever says it.
    """
    text = visible(line)
    if text.startswith("* "):
        return f"{DIM}{text}{PLAIN}"
    said = SAID.match(text)
    if said is None:
        return text
    name, private = said.groups()
    rest = text[len(name) :]
    return colour_of(name) + name + PLAIN + (f"{PRIVATE}{rest}{PLAIN}" if private else rest)


def colour_of(name):
    """Return the colour of a name: the same one in every run, and on everybody's screen."""
    return PALETTE[zlib.crc32(key(name).encode()) % len(PALETTE)]
