"""What a client shows of files, as the suites from lesson 09 on expect it."""

from __future__ import annotations

import re

from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.lines import shown_text

PROGRESS = re.compile(r"\* sending (.+): [0-9]+([.,][0-9]+)? %")
BEGUN = re.compile(r"\* sending .+ as [0-9]+")
NEXT_PRINT = 0.3  # seconds in which a line on the screen follows one on stderr
OF_FILES = ("* got ", "* sent ", "* transfer ")


def is_told_off(client: Client, typed: str, words: str = "") -> None:
    """Type a line of which nothing is sent, and expect a line about it that has these words.

    It may come on stderr, with or without another one on the screen; it begins no file.
    """
    errors = client.process.stderr
    before = errors.size
    client.types(typed)

    def complained() -> bool:
        return _is_complaint(errors.beginning(before).decode("utf-8", "replace"), words)

    def shows_a_line() -> bool:
        return not all(PROGRESS.fullmatch(line) for line in client.unread_lines())

    client.stage.wait_until(lambda: shows_a_line() or complained())
    if complained():
        client.stage.wait_until(shows_a_line, client.stage.patience(NEXT_PRINT))
        if not shows_a_line():
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
    while next_line(client, f"{shown_text(line)} on the screen", progress=True) != line:
        pass


def prints_after_progress(client: Client, line: str, name: str = "", at_least: int = 0) -> int:
    """Expect this line next, but for progress and notices of the client's own.

    Return how many lines of this file's progress came: so many or more must.
    """
    seen = 0
    while True:
        printed = next_line(client, f"{shown_text(line)} on the screen", progress=True)
        progress = PROGRESS.fullmatch(printed)
        if progress and progress[1] == name:
            seen += 1
        if printed == line and seen >= at_least:
            return seen
        its_own = printed.startswith("* ") and not printed.startswith(OF_FILES)
        if printed == line or not its_own or BEGUN.fullmatch(printed):
            wanted = f"{shown_text(line)} on the screen"
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
        while (printed := next_line(client, f"{shown_text(line)} on the screen")) != line:
            if not printed.startswith("* ") or printed.startswith("* got "):
                raise client.failed(
                    Kind.DIFFERENT, f"{shown_text(line)} on the screen", repr(printed)
                )


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
    missing = [named, f"{shown_text(line)} on the screen"]
    while missing:
        printed = next_line(client, missing[0])
        if not printed.startswith("* ") or printed.startswith("* got "):
            raise client.failed(Kind.DIFFERENT, missing[0], repr(printed))
        if printed == line:
            missing = [one for one in missing if one == named]
        elif name in printed:
            missing = [one for one in missing if one != named]
