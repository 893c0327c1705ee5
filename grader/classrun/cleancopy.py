"""The clean copy of a submission: plain files in a folder of the kit's own.

The rule: nothing is written but plain files below the target, however the source is built.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable
from pathlib import Path

from grader.classrun import sources
from grader.classrun.names import listed, shown
from grader.classrun.sources import LeftOut, Member, Refused
from grader.errors import UserError

MOST_RATIO = 100  # unpacked bytes for one packed; source text stays below 20
FREE_OF_RATIO = 10 * sources.MIB  # a small zip may unpack to that much anyway
NAME_TROUBLE = {errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.ENOENT}


class CleanCopy:
    """Takes members in, within the limits of one submission, and remembers what was left out."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.files = 0
        self.bytes = 0
        self.left_out: dict[str, list[str]] = {}
        self.spelled: dict[str, tuple[str, bool]] = {}
        self.made: set[Path] = set()

    def take(self, members: Iterable[Member], tree: str, packed: int | None = None) -> Path:
        """Write members below `tree` and return that folder. Raises Refused.

        packed: bytes of the zip they come from.
        """
        before = self.bytes
        folder = self.target / tree
        folder.mkdir(parents=True, exist_ok=True)
        for member in members:
            self._take_one(member, tree)
            fresh = self.bytes - before
            if packed is not None and fresh > max(FREE_OF_RATIO, MOST_RATIO * packed):
                raise Refused(f"the zip unpacks to more than {MOST_RATIO} times its size")
        return folder

    def notes(self) -> list[str]:
        """Return what was left out, for the author."""
        return [f"left out ({why}): {listed(names)}" for why, names in self.left_out.items()]

    def _take_one(self, member: Member, tree: str) -> None:
        parts = sources.parts_of(member.name)
        if any(sources.is_passed_over(part) for part in parts):
            return
        tools = [place for place, part in enumerate(parts, 1) if sources.is_a_tools(part)]
        if tools:
            self._leave_out("/".join(parts[: tools[0]]), sources.NOT_YOURS)
        elif member.refused:
            raise Refused(member.refused)
        elif why := member.left_out or sources.why_left_out(parts, member.size):
            self._leave_out(member.name, why)
        else:
            self._write(member, tree, parts)

    def _write(self, member: Member, tree: str, parts: tuple[str, ...]) -> None:
        self._refuse_clashes(tree, parts)
        self.files += 1
        if self.files > sources.MOST_FILES:
            raise Refused(f"it holds more than {sources.MOST_FILES} files")
        try:
            data = member.read(sources.MOST_OF_ONE + 1)
        except LeftOut as left_out:
            return self._leave_out(member.name, str(left_out))
        self.bytes += len(data)
        if self.bytes > sources.MOST_BYTES:
            raise Refused(f"it unpacks to more than {sources.MOST_BYTES // sources.MIB} MiB")
        if len(data) > sources.MOST_OF_ONE:
            self._leave_out(member.name, sources.TOO_BIG)
        elif parts[-1].lower().endswith(".py") and b"\0" in data:  # Python runs zips and bytecode
            self._leave_out(member.name, sources.NOT_SOURCE)
        else:
            self._put(self.target.joinpath(tree, *parts), member.name, data)

    def _put(self, place: Path, name: str, data: bytes) -> None:
        try:
            if place.parent not in self.made:
                place.parent.mkdir(parents=True, exist_ok=True)
                self.made.add(place.parent)
            place.write_bytes(data)
        except OSError as error:
            if error.errno not in NAME_TROUBLE:  # a full disk is nobody's fault but ours
                where = f"cannot copy submissions to {self.target}"
                raise UserError(f"{where}: {error.strerror}; set TMPDIR to another disk") from None
            self._leave_out(name, sources.BAD_NAME)

    def _refuse_clashes(self, tree: str, parts: tuple[str, ...]) -> None:
        for count in range(1, len(parts) + 1):
            this = ("/".join(parts[:count]), count == len(parts))
            key = f"{tree}/{sources.look(parts[:count])}"
            known = self.spelled.setdefault(key, this)
            if known[0] != this[0]:
                both = f"{shown(known[0])} and {shown(this[0])}"
                raise Refused(f"two names differ in nothing but case or accents: {both}")
            if known is not this and (known[1] or this[1]):
                raise Refused(f"it holds {shown(this[0])} twice")

    def _leave_out(self, name: str, why: str) -> None:
        names = self.left_out.setdefault(why, [])
        if name not in names:
            names.append(name)
