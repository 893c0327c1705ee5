"""Files on the wire and in folders, as the suites from lesson 09 on expect them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.lines import difference, shown
from grader.wire.peer import Peer

MAX_CHUNK = 65536


def digest(data: bytes) -> str:
    """Return the SHA-256 of the data, as /end wants it."""
    return hashlib.sha256(data).hexdigest()


def chunks(data: bytes, size: int = MAX_CHUNK) -> list[bytes]:
    """Cut data into chunks of this many bytes."""
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


def file_as_sent(number: object, name: str, data: bytes, size: int = MAX_CHUNK) -> bytes:
    """Return all that is said of one file, in order. number: an ID, or SENDER/ID."""
    pieces = [f"/file {number} {len(data)} {name}\n".encode()]
    pieces += [f"/data {number} {len(one)}\n".encode() + one for one in chunks(data, size)]
    return b"".join([*pieces, f"/end {number} {digest(data)}\n".encode()])


def gets_chunk(person: Peer, number: object, data: bytes) -> None:
    """Expect one chunk, its line and its bytes."""
    person.gets(f"/data {number} {len(data)}")
    person.gets_bytes(data)


def gets_file(person: Peer, number: object, name: str, data: bytes, size: int = MAX_CHUNK) -> None:
    """Expect one file, from its first line to its last, in chunks of this size."""
    person.gets(f"/file {number} {len(data)} {name}")
    for one in chunks(data, size):
        gets_chunk(person, number, one)
    person.gets(f"/end {number} {digest(data)}")


def is_cancelled(person: Peer, number: object) -> None:
    """Expect the notice that nothing comes of a transfer; the reason is free."""
    begins(person, f"* transfer {number} cancelled: ")


def begins(person: Peer, beginning: str) -> str:
    """Expect a line that begins so next; return the rest of it."""
    line = person.gets_line()
    if not line.startswith(beginning):
        got = shown(line.encode())
        words = f"a line that begins with {beginning!r}"
        raise person.stage.fail(Kind.DIFFERENT, person.name, words, got, line.encode())
    return line.removeprefix(beginning)


def takes_file(server: Peer, number: int, name: str, data: bytes) -> list[str]:
    """Expect a client to send this file, in chunks as it likes; return the lines between them."""
    server.gets(f"/file {number} {len(data)} {name}")
    between: list[str] = []
    done = 0
    while True:
        line = server.gets_line()
        head = re.fullmatch(rf"/data {number} ([0-9]{{1,9}})", line)
        if head:
            size = int(head[1])
            left = min(MAX_CHUNK, len(data) - done)
            if not 1 <= size <= left:
                words = f"a chunk of 1 to {left} bytes"
                raise server.stage.fail(Kind.DIFFERENT, server.name, words, repr(line))
            server.gets_bytes(data[done : done + size])
            done += size
        elif line.startswith("/end "):
            wanted = f"/end {number} {digest(data)}"
            if line != wanted or done < len(data):
                got = f"{line!r} after {done} of {len(data)} bytes"
                raise server.stage.fail(Kind.DIFFERENT, server.name, repr(wanted), got)
            return between
        else:
            between.append(line)


def skips_chunks(server: Peer, number: int, fence: str) -> int:
    """Read the chunks of a file up to a typed line; return how many bytes came before it.

    The file may be cancelled by its sender on the way; all its bytes are zero.
    """
    done = 0
    while True:
        line = server.gets_line()
        head = re.fullmatch(rf"/data {number} ([0-9]{{1,9}})", line)
        if line == fence:
            return done
        if head:
            done += int(head[1])
            server.gets_bytes(bytes(int(head[1])))
        elif line != f"/cancel {number}" and not line.startswith(f"/file {number} "):
            wanted = f"chunks of file {number}, then {fence!r}"
            raise server.stage.fail(Kind.DIFFERENT, server.name, wanted, repr(line))


def skips_notices(client: Client, line: str) -> None:
    """Expect any notices, and then this line on the screen."""
    printed = "* "
    while printed.startswith("* "):
        printed = client.prints_line(f"{line!r} on the screen").decode("utf-8", "replace")
    if printed != line:
        raise client.failed(Kind.DIFFERENT, f"{line!r} on the screen", repr(printed))


def prints_after_progress(client: Client, name: str, line: str, at_least: int = 0) -> None:
    """Expect progress lines of this file, and then this line on the screen."""
    progress = re.compile(rf"\* sending {re.escape(name)}: [0-9]+ %")
    seen = 0
    while True:
        printed = client.prints_line(f"{line!r} on the screen").decode("utf-8", "replace")
        if progress.fullmatch(printed):
            seen += 1
        elif printed != line or seen < at_least:
            wanted = f"{at_least} progress lines or more, then {line!r} on the screen"
            raise client.failed(Kind.DIFFERENT, wanted, repr(printed))
        else:
            return


def names_it(client: Client, name: str) -> None:
    """Expect a notice on the screen that contains this name; its words are free."""
    printed = client.prints_line(f"a notice about {name!r}").decode("utf-8", "replace")
    if not printed.startswith("* ") or name not in printed or printed.startswith("* got "):
        words = f"a line that begins with '* ' and contains {name!r}"
        raise client.failed(Kind.DIFFERENT, words, repr(printed))


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
