"""Files in folders, as the suites from lesson 09 on expect them of a client.

The rule: behind its `* got` a file is there. For what else a client does in a folder it has its
time: nobody promises that it is done before the next line of chat is shown.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Set
from contextlib import suppress
from pathlib import Path

from grader.suite.files import digest
from grader.suite.plain_files import plain_bytes
from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.lines import difference, shown
from grader.wire.stage import Stage

DEEPEST = 10  # folders in folders; who makes more is seen by the first of them
MOST_BYTES = 1 << 24  # of a file that is compared with itself; those of the suites are small
A_LITTLE_MORE = 1000  # bytes behind the end of a file that are shown


def has_file(client: Client, path: Path, data: bytes) -> None:
    """Expect a plain file with exactly these bytes."""
    name = path.name
    got = plain_bytes(client.stage, path, len(data) + A_LITTLE_MORE)
    if got is None:
        there = ", ".join(map(repr, sorted(names_in(path.parent)))) or "nothing"
        raise client.failed(Kind.MISSING, f"a file {name!r} in {path.parent.name!r}", there)
    if got != data:
        words = difference(data, got) or shown(got)
        raise client.failed(Kind.DIFFERENT, f"{len(data)} bytes in {name!r} as they were", words)


def has_only(client: Client, folder: Path, *names: str) -> None:
    """Expect a folder to hold files of these names and nothing else; none if it is missing."""
    client.stage.wait_until(lambda: names_in(folder) == set(names), through_end=True)
    there = names_in(folder)
    if there != set(names):
        wanted = ", ".join(map(repr, sorted(names))) or "nothing"
        got = ", ".join(map(repr, sorted(there))) or "nothing"
        raise client.failed(Kind.DIFFERENT, f"{wanted} in {folder.name!r}", got)


def has_no_part(client: Client, folder: Path, but: tuple[str, ...]) -> None:
    """Expect no half file to be left in a folder, but for those that were there before."""
    parts = sorted(name for name in names_in(folder) if name.endswith(".part") and name not in but)
    if parts:
        words = f"no .part left in {folder.name!r}"
        raise client.failed(Kind.DIFFERENT, words, ", ".join(map(repr, parts)))


def is_on_its_way(client: Client, folder: Path, name: str) -> None:
    """Expect a file that is not whole yet to be there as NAME.part, and not under its name."""
    client.stage.wait_until(lambda: f"{name}.part" in names_in(folder))
    there = names_in(folder)
    if name in there or f"{name}.part" not in there:
        wanted = f"{name + '.part'!r} in {folder.name!r}, and no {name!r} yet"
        got = ", ".join(map(repr, sorted(there))) or "nothing"
        raise client.failed(Kind.DIFFERENT, wanted, got)


def names_in(folder: Path) -> set[str]:
    """Return what is in a folder; nothing if it is none, or cannot be looked into."""
    with suppress(OSError):
        return set() if folder.is_symlink() else set(os.listdir(folder))
    return set()


def grows_to(client: Client, folder: Path, size: int) -> None:
    """Wait until a folder holds so many bytes, as long as they become more."""
    before = -1
    while before < (now := bytes_in(folder)) < size:
        before = now
        client.stage.wait_until(functools.partial(_holds_more, folder, before))


def _holds_more(folder: Path, before: int) -> bool:
    return bytes_in(folder) > before


def bytes_in(folder: Path) -> int:
    """Return how many bytes the files of a folder hold together."""
    total = 0
    for name in names_in(folder):
        with suppress(OSError):  # it has just got its name
            total += (folder / name).lstat().st_size
    return total


def all_that_is_in(stage: Stage, folder: Path, but: Path | None = None) -> dict[str, str]:
    """Return what lies below a folder, each path and what it is; nothing of the folder `but`.

    What goes away while this is looked at may be there or not.
    """
    found = {}
    for path in sorted(_below(folder)):
        if but is None or but not in path.parents:
            with suppress(OSError):
                found[path.relative_to(folder).as_posix()] = _kind(stage, path)
    return found


def _below(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and in those below, DEEPEST of them at the most, links as links."""
    for place, folders, names in os.walk(folder):
        here = Path(place)
        yield from (here / name for name in (*folders, *names))
        if len(here.relative_to(folder).parts) >= DEEPEST:
            folders.clear()


def _kind(stage: Stage, path: Path) -> str:
    if path.is_symlink():
        return f"a link to {path.readlink()}".replace(str(stage.folder) + os.sep, "")
    data = plain_bytes(stage, path, MOST_BYTES)
    return "a folder" if data is None and path.is_dir() else f"a file {digest(data or b'')}"


def is_as_it_was(
    client: Client, folder: Path, before: dict[str, str], but: Path, its_own: Set[str]
) -> None:
    """Expect that nothing has come into a folder, or gone, or changed, but for what `but` holds.

    its_own: paths of files that are the client's, and may change.
    """
    now = all_that_is_in(client.stage, folder, but)
    for path in sorted({*before, *now} - its_own):
        if before.get(path) != now.get(path):
            what = "changed" if path in before and path in now else "new" if path in now else "gone"
            words = f"all outside {but.name} to be as it was"
            raise client.failed(Kind.DIFFERENT, words, f"{path!r} is {what}")


def is_still_there(client: Client, folder: Path, before: dict[str, str]) -> None:
    """Expect all these in a folder, as they were; links are followed by nobody."""
    now = all_that_is_in(client.stage, folder)
    for path, was in before.items():
        if now.get(path) != was:
            words = f"{path!r} in {folder.name!r} to be as it was"
            raise client.failed(Kind.DIFFERENT, words, f"{now.get(path, 'nothing')}, not {was}")
