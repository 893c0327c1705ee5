"""Names that come from students: quoted for a note, made into ids of their own.

The rule: two submissions never get one id, whatever they are called.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

LONGEST_ID = 80
HASH = 9  # letters that a hash adds, with its dash
LONGEST_SHOWN = 60
# Windows gives these to devices, with any suffix.
RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$", re.IGNORECASE)


def shown(name: str) -> str:
    """Return the name in quotes, cut if long, with everything that does not print escaped."""
    return repr(name if len(name) <= LONGEST_SHOWN else name[: LONGEST_SHOWN - 3] + "...")


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names in quotes, and how many more there are."""
    text = ", ".join(shown(name) for name in names[:most])
    return text if len(names) <= most else f"{text} and {len(names) - most} more"


def encodable(name: str) -> str:
    """Return the name with a ? for each byte of a file name that is no UTF-8."""
    return name.encode("utf-8", "replace").decode()


def readable(name: str) -> str:
    """Return an id for this name: NFC, printable, at most 80 characters.

    A name that had to be changed gets a hash of itself, so that it can't pass for another.
    """
    whole = unicodedata.normalize("NFC", name)
    plain = "".join(letter if letter.isprintable() else "_" for letter in whole).strip(" .")
    plain = plain[: LONGEST_ID - 2 * HASH]
    return plain if plain == whole and not RESERVED.match(plain) else f"{plain}-{_hash(name)}"


def unique(names: Sequence[tuple[str, str]]) -> list[str]:
    """Return an id for each (wanted id, raw name); of those that look alike all but one get a hash.

    The one that keeps it is the one whose raw name is the id, else the first in order.
    """
    order = sorted(range(len(names)), key=lambda i: (names[i][0] != names[i][1], names[i][1], i))
    taken: set[str] = set()
    ids = [""] * len(names)
    for index in order:
        wanted, raw = names[index]
        one, turn = wanted, 0
        while _look(one) in taken:
            one = f"{wanted}-{_hash(raw + '#' * turn)}"
            turn += 1
        taken.add(_look(one))
        ids[index] = one
    return ids


def _look(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[: HASH - 1]
