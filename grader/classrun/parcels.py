"""What one person handed in, newest first: the folders, zips and single files that count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from grader.classrun.names import listed, shown
from grader.classrun.platforms import Piece, is_archive
from grader.classrun.sources import Member, Refused
from grader.classrun.unpacking import unpacked

HAND_IN = "hand in a .zip of your lesson folders, such as 01_echo"
MOST_ZIPS = 20  # side by side in one submission


@dataclass(frozen=True)
class Source:
    """Files that lie in one tree. label: for notes; packed: the bytes of the zip around them.

    members() raises Refused.
    """

    label: str
    members: Callable[[], Sequence[Member]]
    packed: int | None = None


def that_count(pieces: Iterable[Piece]) -> tuple[list[Piece], list[str]]:
    """Return the pieces that count, newest first, and notes that name those passed over."""
    ordered = sorted(pieces, key=lambda piece: (piece.rank, piece.entry.name), reverse=True)
    kept: dict[str, Piece] = {}
    notes = []
    for piece in ordered:
        newer = kept.setdefault(piece.slot, piece)
        if newer is not piece:
            names = f"{shown(piece.entry.name)}: {shown(newer.entry.name)} is newer"
            notes.append(f"passed over {names}")
    return list(kept.values()), notes


def sources_of(pieces: Sequence[Piece]) -> Iterator[Source]:
    """Yield the trees of files in these pieces; those that can't be opened say so when read."""
    single: list[Member] = []
    for piece in pieces:
        name = piece.entry.name
        if piece.entry.refused:
            yield _refused(name, piece.entry.refused)
        elif piece.typed:
            if all(one.typed for one in pieces):
                yield _refused(name, f"it is text typed in online; {HAND_IN}")
        elif piece.entry.is_folder:
            yield from _in_folder(piece)
        elif is_archive(name):
            yield _packed(piece.entry.members()[0])
        else:
            single.append(replace(piece.entry.members()[0], name=piece.file))
    if single:
        yield Source(listed([one.name for one in single]), lambda: single)


def _in_folder(piece: Piece) -> Iterator[Source]:
    """Yield the folder's files, and each zip that lies in it: platforms wrap what they got."""
    try:
        members = piece.entry.members()
    except Refused as refused:
        yield _refused(piece.entry.name, str(refused))
        return
    packed = [one for one in members if _is_packed(one)]
    loose = [one for one in members if not _is_packed(one)]
    if len(packed) > MOST_ZIPS:
        yield _refused(piece.entry.name, f"it holds {len(packed)} zips; {MOST_ZIPS} is the limit")
        return
    if loose or not packed:
        yield Source(piece.entry.name, lambda: loose)
    for one in packed:
        yield _packed(one)


def _is_packed(member: Member) -> bool:
    return "/" not in member.name and is_archive(member.name) and not member.refused


def _packed(member: Member) -> Source:
    suffix = PurePosixPath(member.name).suffix.lower()
    if suffix != ".zip":
        return _refused(member.name, f"a {suffix} cannot be opened here; {HAND_IN}")
    return Source(member.name, lambda: unpacked(member), member.size)


def _refused(label: str, why: str) -> Source:
    def members() -> Sequence[Member]:
        raise Refused(why)

    return Source(label, members)
