"""Which names of files are harmless."""

import unicodedata

MAX_NAME = 200  # bytes


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
