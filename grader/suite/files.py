"""Files on the wire and on the screen, as the suites from lesson 09 on expect them."""

from __future__ import annotations

import hashlib
import re

from grader.suite import scenes
from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.lines import shown
from grader.wire.peer import Peer

MAX_CHUNK = 65536
PROGRESS = re.compile(r"\* sending (.+): [0-9]+([.,][0-9]+)? %")
BEGUN = re.compile(r"\* sending .+ as [0-9]+")
NEXT_PRINT = 0.3  # seconds in which a line on the screen follows one on stderr
OF_FILES = ("* got ", "* sent ", "* transfer ")


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


def gets_chunks_and_lines(
    person: Peer, number: object, chunk: bytes, count: int, said: list[str]
) -> None:
    """Expect so many equal chunks of a file, and these lines between them, all of them whole."""
    heard = []
    for _ in range(count + len(said)):
        line = person.gets_line()
        if line == f"/data {number} {len(chunk)}":
            person.gets_bytes(chunk)
        else:
            heard.append(line)
    scenes.said_in_this_order(person, heard, said)


def is_cancelled(person: Peer, number: object) -> None:
    """Expect the notice that nothing comes of a transfer; the reason is free."""
    begins(person, f"* transfer {number} cancelled: ")


def begins(person: Peer, beginning: str) -> str:
    """Expect a line that begins so next; return the rest of it."""
    words = f"a line that begins with {beginning!r}"
    line = person.gets_line(words)
    if not line.startswith(beginning):
        got = shown(line.encode())
        raise person.stage.fail(Kind.DIFFERENT, person.name, words, got, line.encode())
    return line.removeprefix(beginning)


def takes_file(server: Peer, number: int, name: str, data: bytes) -> list[str]:
    """Expect a client to send this file, in chunks as it likes.

    Return the lines of chat before it and between the chunks: its turn need not come at once.
    """
    between: list[str] = []
    while _chat_comes(server):
        between.append(server.gets_line())
    server.gets(f"/file {number} {len(data)} {name}")
    done = 0
    while True:
        line = server.gets_line()
        head = re.fullmatch(rf"/data {number} ([0-9]{{1,9}})", line)
        if head:
            size = int(head[1])
            left = min(MAX_CHUNK, len(data) - done)
            if not 1 <= size <= left:
                words = f"a chunk of 1 to {left} bytes" if left else "no chunk behind the last byte"
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


def _chat_comes(server: Peer) -> bool:
    server.stage.wait_until(lambda: b"\n" in server.arrived or server.ending != "")
    return b"\n" in server.arrived and not server.arrived.startswith(b"/")


def skips_chunks(server: Peer, number: int, fence: str) -> tuple[int, int]:
    """Read the chunks of a file that its sender cancels on the way, up to a typed line.

    Return how many bytes came, all of them zero, and how many times it was cancelled; behind
    that nothing more of it may come.
    """
    done = cancelled = 0
    while (line := server.gets_line()) != fence:
        head = re.fullmatch(rf"/data {number} ([0-9]{{1,9}})", line)
        if line == f"/cancel {number}":
            cancelled += 1
        elif head and not cancelled:
            done += int(head[1])
            server.gets_bytes(bytes(int(head[1])))
        elif done or not line.startswith(f"/file {number} "):
            wanted = f"chunks of file {number} until it is cancelled, then {fence!r}"
            raise server.stage.fail(Kind.DIFFERENT, server.name, wanted, repr(line))
    return done, cancelled


def is_told_off(client: Client, typed: str, words: str = "") -> None:
    """Type a line of which nothing is sent, and expect a line about it that has these words.

    It may come on stderr, with or without another one on the screen; it begins no file.
    """
    errors = client.process.stderr
    before = errors.size
    client.types(typed)

    def complained() -> bool:
        return _is_complaint(errors.beginning(before).decode("utf-8", "replace"), words)

    client.stage.wait_until(lambda: client.has_printed(1) or complained())
    if complained():
        client.stage.wait_until(lambda: client.has_printed(1), client.stage.patience(NEXT_PRINT))
        if not client.has_printed(1):
            return
    wanted = f"a line about {typed!r} on the screen"
    printed = next_line(client, wanted)
    if not _is_complaint(f"{printed}\n", words):
        wanted += f", with {words!r} in it" if words else ""
        raise client.failed(Kind.DIFFERENT, wanted, repr(printed))


def _is_complaint(text: str, words: str) -> bool:
    """Say whether there is a whole line, whatever it says, with these words."""
    lines = (line for line in text.splitlines(keepends=True) if line.endswith("\n"))
    return any(
        line.strip() and words in line and not BEGUN.fullmatch(line.strip()) for line in lines
    )


def prints_in_the_end(client: Client, line: str) -> None:
    """Expect this line on the screen, after whatever other lines."""
    while next_line(client, f"{line!r} on the screen", progress=True) != line:
        pass


def prints_after_progress(client: Client, line: str, name: str = "", at_least: int = 0) -> int:
    """Expect this line next, but for progress and notices of the client's own.

    Return how many lines of this file's progress came: so many or more must.
    """
    seen = 0
    while True:
        printed = next_line(client, f"{line!r} on the screen", progress=True)
        progress = PROGRESS.fullmatch(printed)
        if progress and progress[1] == name:
            seen += 1
        if printed == line and seen >= at_least:
            return seen
        its_own = printed.startswith("* ") and not printed.startswith(OF_FILES)
        if printed == line or not its_own or BEGUN.fullmatch(printed):
            wanted = f"{line!r} on the screen"
            if at_least:
                wanted = f"a line '* sending {name}: P %' on the screen before {line!r}"
            raise client.failed(Kind.DIFFERENT, wanted, repr(printed))


def next_line(client: Client, wanted: str, *, progress: bool = False) -> str:
    """Return the next line on the screen; progress lines too if they are asked for."""
    while True:
        printed = client.prints_line(wanted).decode("utf-8", "replace").removesuffix("\r")
        if progress or not PROGRESS.fullmatch(printed):
            return printed


def prints_after_notices(client: Client, *lines: str) -> None:
    """Expect these lines, in this order; other notices may stand between, but no `* got`."""
    for line in lines:
        while (printed := next_line(client, f"{line!r} on the screen")) != line:
            if not printed.startswith("* ") or printed.startswith("* got "):
                raise client.failed(Kind.DIFFERENT, f"{line!r} on the screen", repr(printed))


def names_it(client: Client, name: str, fence: str) -> None:
    """Expect a notice on the screen that contains this name, its words are free; then a line."""
    words = f"a line that begins with '* ' and contains {name!r}"
    named = False
    while (printed := next_line(client, words)) != fence:
        if not printed.startswith("* ") or printed.startswith("* got "):
            raise client.failed(Kind.DIFFERENT, repr(fence) if named else words, repr(printed))
        named = named or name in printed
    if not named and not _is_named_late(client, name):
        raise client.failed(Kind.DIFFERENT, words, repr(printed))


def _is_named_late(client: Client, name: str) -> bool:
    """Say whether such a notice comes all the same: another thread may write to the disk."""
    while client.stage.wait_until(lambda: client.has_printed(1)):
        printed = next_line(client, "a notice")
        if not printed.startswith("* ") or printed.startswith("* got "):
            return False
        if name in printed:
            return True
    return False


def says_nothing_more_of(client: Client, name: str, fence: str) -> None:
    """Expect no notice that has this name as a word, and then this line."""
    while (printed := next_line(client, f"{fence!r} on the screen")) != fence:
        if name in printed.split():
            raise client.failed(Kind.UNEXPECTED, f"no more word of {name!r}", repr(printed))


def names_it_at_its_end(client: Client, name: str, line: str) -> None:
    """Expect, of a client that has ended, a notice that contains this name and this line."""
    named = f"a line that begins with '* ' and contains {name!r}"
    missing = [named, f"{line!r} on the screen"]
    while missing:
        printed = next_line(client, missing[0])
        if not printed.startswith("* ") or printed.startswith("* got "):
            raise client.failed(Kind.DIFFERENT, missing[0], repr(printed))
        if printed == line:
            missing = [one for one in missing if one == named]
        elif name in printed:
            missing = [one for one in missing if one != named]
