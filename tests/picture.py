"""Takes the README's picture of the finished chat: three people at three terminals, and a file.

The programs of the last lesson run as processes, at terminals of the harness, and people type.
carol's client is stopped, as by Ctrl-Z, while the file is on its way: so it is sure that bob's
line passes it. Needs terminals (not Windows) and GNU readline.
"""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from grader.course.catalogue import SOLUTION
from grader.wire.client import Client
from grader.wire.patience import measured_slowness
from grader.wire.server import Server
from grader.wire.stage import Stage
from tests.screens import Screen

COLUMNS = 30
ROWS = 24
FILE, SIZE = "us.jpg", 40_000_000  # bytes, more than the buffers of the kernel hold
NAMES = ("alice", "bob", "carol")
ASKED = "username:"
PROMPT = ">"


class Person:
    """Somebody at a terminal of COLUMNS columns."""

    def __init__(self, stage: Stage, server: Server, home: Path, name: str) -> None:
        import termios

        options = ("--port", str(server.port), "--downloads", name)
        self.stage, self.name = stage, name
        self.client = Client(stage, *options, name=name, terminal=True, folder=home)
        assert self.client.keyboard
        termios.tcsetwinsize(self.client.keyboard.descriptor, (ROWS, COLUMNS))

    def rows(self) -> list[str]:
        """Return what stands on the terminal now."""
        self.client.process.stdout.take()
        screen = Screen(COLUMNS)
        screen.write(self.client.process.stdout.text())
        return screen.rows()

    def types(self, line: str) -> None:
        """Wait for the prompt, and type a line."""
        self.waits_until(lambda rows: bool(rows) and rows[-1] in (ASKED, PROMPT), "a prompt")
        self.client.types(line)

    def sees(self, text: str) -> None:
        """Wait until the text is there, in whichever rows."""
        wanted = text.replace(" ", "")
        self.waits_until(lambda rows: wanted in "".join(rows).replace(" ", ""), repr(text))

    def waits_until(self, holds: Callable[[list[str]], bool], what: str) -> None:
        """Wait until something holds for the rows. Raises AssertionError if it never does."""
        met = self.stage.wait_until(lambda: holds(self.rows()))
        assert met, f"{self.name} waits for {what} and sees\n" + "\n".join(self.rows())


def session(home: Path) -> dict[str, list[str]]:
    """Play the scene with the programs in the folder `home`; return each one's terminal."""
    with open(home / FILE, "wb") as file:
        file.truncate(SIZE)
    stage = Stage(home, measured_slowness())
    try:
        server = Server(stage, folder=home)
        alice, bob, carol = people = [Person(stage, server, home, name) for name in NAMES]
        _come_in(people)
        _talk(alice, bob, carol)
        for person in people:
            person.waits_until(lambda rows: rows[-1] == PROMPT, "the prompt")
        return {person.name: person.rows() for person in people}
    finally:
        stage.close()


def _come_in(people: list[Person]) -> None:
    for number, person in enumerate(people):
        person.types(person.name)
        person.sees(f"* welcome, {person.name}")
        for other in people[:number]:
            other.sees(f"* {person.name} joined")


def _talk(alice: Person, bob: Person, carol: Person) -> None:
    bob.types("who has the photo of us?")
    for other in (alice, carol):
        other.sees("bob: who has the photo of us?")
    carol.client.process.send_signal(signal.SIGSTOP)
    alice.types(f"/sendfile {FILE}")
    alice.sees(f"* sending {FILE}:")
    bob.types("thanks! no hurry")
    alice.sees("bob: thanks! no hurry")
    alice.sees(f"* sending {FILE}:")  # it stands there still
    carol.client.process.send_signal(signal.SIGCONT)
    for other in (bob, carol):
        other.sees(f"* got {FILE} ({SIZE} bytes) from alice")
    alice.sees("to bob, carol")
    carol.types("/msg bob lunch?")
    bob.sees("carol (private): lunch?")
    carol.sees("* told bob")


def picture() -> str:
    """Return the three terminals side by side, as lines of Markdown."""
    with tempfile.TemporaryDirectory(prefix="kit-") as place:
        home = Path(place) / "chat"
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(SOLUTION / "10_slow_clients", home, ignore=ignored)
        return side_by_side(session(home))


def side_by_side(terminals: dict[str, list[str]]) -> str:
    """Draw a frame around each, as high as the highest needs it."""
    height = max(map(len, terminals.values()))
    top = "+" + "+".join(f"- {name} ".ljust(COLUMNS + 2, "-") for name in terminals) + "+"
    bottom = "+" + "+".join(["-" * (COLUMNS + 2)] * len(terminals)) + "+"
    rows = [
        "|" + "|".join(f" {row:{COLUMNS}} " for row in across) + "|"
        for across in zip(
            *([*rows, *[""] * (height - len(rows))] for rows in terminals.values()), strict=True
        )
    ]
    return "\n".join(["```text", top, *rows, bottom, "```"])
