"""Which names of files are harmless, on the wire and on this computer."""

import os
import re
import unicodedata

MAX_NAME = 200  # bytes
DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\xb9\xb2\xb3]) *(\.|$)", re.I)


def fault_of(name):
    """Return what is wrong with the name of a file; empty if nothing is."""
    if not name.strip(" "):
        return "a name is more than spaces"
    if "/" in name or "\\" in name:
        return "a name has no / or \\"
    if name.startswith("."):
        return "a name does not begin with a dot"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "a name has no control characters"
    return f"a name has at most {MAX_NAME} bytes" if len(name.encode()) > MAX_NAME else ""


def fault_here(name):
    """Return what is wrong with a name under which this computer is to keep a file.

    On Windows also a colon, which leads to another drive or into a hidden stream of a
    file, and the names of devices: whoever writes to CON writes to the screen.
    """
    if os.name == "nt" and (":" in name or DEVICE.match(name)):
        return "this computer cannot have a file of that name"
    return fault_of(name)
