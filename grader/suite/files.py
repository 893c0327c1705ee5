"""What the suites expect of a folder into which a client puts files."""

from __future__ import annotations

from pathlib import Path

from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.lines import difference, shown


def has_file(client: Client, path: Path, data: bytes) -> None:
    """Expect a plain file with exactly these bytes."""
    name = path.name
    if path.is_symlink() or not path.is_file():
        there = ", ".join(repr(one.name) for one in sorted(path.parent.glob("*"))) or "nothing"
        raise client.failed(Kind.MISSING, f"a file {name!r} in {path.parent.name}", there)
    got = path.read_bytes()
    if got != data:
        words = difference(data, got) or shown(got)
        raise client.failed(Kind.DIFFERENT, f"{len(data)} bytes in {name!r} as they were", words)


def has_only(client: Client, folder: Path, *names: str) -> None:
    """Expect a folder to hold files of these names and nothing else; none if it is missing."""
    there = {one.name for one in folder.iterdir()} if folder.is_dir() else set()
    if there != set(names):
        wanted = ", ".join(map(repr, sorted(names))) or "nothing"
        got = ", ".join(map(repr, sorted(there))) or "nothing"
        raise client.failed(Kind.DIFFERENT, f"{wanted} in {folder.name}", got)
