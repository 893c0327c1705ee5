"""The files of a folder, listed without following a link or opening what is no plain file."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from grader.classrun import sources
from grader.classrun.names import shown
from grader.classrun.sources import LeftOut, Member, Refused

# Never wait for a pipe, never follow a link; Windows has neither flag, and needs its own.
PLAIN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
PLAIN |= getattr(os, "O_BINARY", 0)


def folder_members(folder: Path) -> list[Member]:
    """Return the files below a folder, sorted by name. Raises Refused.

    Links, devices and pipes are members that are refused. A hard link counts as one only if
    its other names are outside: the same file would then be read from two places.
    """
    found = sorted(_walk(folder), key=lambda row: row[0])
    names = Counter((facts.st_dev, facts.st_ino) for _, facts in found if facts)
    members = []
    for name, facts in found:
        if facts is None or stat.S_ISDIR(facts.st_mode):
            members.append(Member(name, left_out=sources.UNREADABLE))
        elif why := _refusal(facts, names[facts.st_dev, facts.st_ino]):
            members.append(Member(name, refused=f"it holds {why}: {shown(name)}"))
        else:
            members.append(Member(name, facts.st_size, partial(read_plain, folder / name)))
    return members


def read_plain(path: Path, most: int) -> bytes:
    """Return the first `most` bytes of a plain file. Raises LeftOut for anything else."""
    try:
        number = os.open(path, PLAIN)
        with open(number, "rb") as file:
            facts = os.fstat(number)
            if stat.S_ISREG(facts.st_mode):
                return file.read(min(most, facts.st_size))
    except OSError:
        pass  # whatever the system has against it, it is not taken
    raise LeftOut(sources.UNREADABLE)


def kind_of(mode: int) -> str:
    """Return what a file of this mode is if it is neither a plain file nor a folder."""
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return ""
    return "a link" if stat.S_ISLNK(mode) else "a device, pipe or socket"


def _refusal(facts: os.stat_result, names_inside: int) -> str:
    if why := kind_of(facts.st_mode):
        return why
    return "a hard link to a file outside" if facts.st_nlink > names_inside else ""


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result | None]]:
    """Yield name and facts of each file, and of a tool's folder; no facts: it cannot be read."""
    waiting, seen = [""], 0
    while waiting:
        above = waiting.pop()
        try:
            for item, facts in _items(folder / above):
                seen += 1
                if seen > 2 * sources.MOST_FILES:  # folders count here too
                    raise Refused(f"it holds more than {sources.MOST_FILES} files")
                name = f"{above}/{item}" if above else item
                if stat.S_ISDIR(facts.st_mode) and not sources.is_a_tools(item):
                    waiting.append(name)
                else:
                    yield name, facts
        except OSError:
            if not above:
                raise Refused("the folder cannot be read") from None
            yield above, None


def _items(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as items:
        for item in items:
            if not sources.is_passed_over(item.name):
                yield item.name, item.stat(follow_symlinks=False)
