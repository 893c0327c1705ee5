"""What may be a name, and when two names are the same."""

import re

NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")
NO_NAME = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"


def is_name(text):
    """Say whether the whole text is a name: 1 to 20 ASCII letters, digits, `-` or `_`."""
    return NAME.fullmatch(text) is not None


def key(name):
    """Return what two spellings of one name share: `Bob` and `bob` are the same person.

    Only ASCII letters have two cases here: what is no name is like no name.
    """
    return name.lower() if name.isascii() else name
