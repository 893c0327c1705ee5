"""A student's client, with a pipe or a terminal as its keyboard and its screen."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import IO, Any

from grader.wire.failure import Kind, WireFailure
from grader.wire.keyboard import Keyboard, PatientKeyboard
from grader.wire.lines import same_text, shown, shown_text, take_line
from grader.wire.output import FLOOD
from grader.wire.patience import PATIENCE
from grader.wire.process import NO_STDIN
from grader.wire.program import Program
from grader.wire.stage import Stage
from grader.wire.system import POSIX
from grader.wire.terminal import Terminal, without_controls

KEPT_OUTPUT = 8 * 1024 * 1024  # bytes of its stdout
CTRL_D = b"\x04"
WITHOUT_A_KEYBOARD = {subprocess.DEVNULL: "stdin is empty", NO_STDIN: "stdin is closed"}
PRESSES = 5
TAKEN = 0.03  # seconds in which a program that has read a line has also looked at it, if it may
MOST_MOMENTS = 20  # for one that the machine keeps waiting just then


class Client(Program):
    """A client of the submission. Every verb is recorded; a wrong one raises WireFailure.

    name: how it is called in the transcript. stdin: a pipe to type into, or an open file, or
    closed. terminal: a terminal instead, for stdin and stdout. short_sends, restless, buffered: see
    Program. most_printed: see Process.
    """

    def __init__(
        self,
        stage: Stage,
        *options: str,
        name: str = "client",
        stdin: int | IO[bytes] = subprocess.PIPE,
        terminal: bool = False,
        folder: Path | None = None,
        short_sends: bool = False,
        restless: bool = False,
        buffered: bool = False,
        most_printed: int = FLOOD,
    ) -> None:
        tty = Terminal() if terminal else None
        settings: dict[str, Any] = {"stdin": stdin, "terminal": tty, "kept_output": KEPT_OUTPUT}
        settings |= {"short_sends": short_sends, "restless": restless, "most_printed": most_printed}
        settings |= {"buffered": buffered}
        super().__init__(stage, "client.py", *options, folder=folder, **settings)
        self.name = self.process.called = name
        if isinstance(stdin, int) and stdin in WITHOUT_A_KEYBOARD:
            stage.transcript.record("keyboard", name, note=WITHOUT_A_KEYBOARD[stdin])
        self.terminal = terminal
        self.screen = bytearray()  # printed, and not yet asked for
        self.prompted = False  # the last that was asked for is a prompt, with nothing behind it
        self.pulled = 0  # bytes of its stdout that have come to the screen
        pipe = self.process.stdin
        self.keyboard: Keyboard | None = None
        if tty:
            self.keyboard = Keyboard(stage.loop, tty.our_end, lambda: None)
        elif pipe:
            kind = Keyboard if POSIX else PatientKeyboard
            self.keyboard = kind(stage.loop, pipe.fileno(), pipe.close)

    # -- what is typed --------------------------------------------------------------------

    def types(self, *lines: str) -> None:
        """Type each line and press Enter."""
        self.types_bytes("".join(f"{line}\n" for line in lines).encode())

    def types_bytes(self, data: bytes) -> None:
        """Type these bytes as they are. One that has ended does not mind.

        At a terminal LF stands for Enter, a key that says CR: the terminal makes LF of it, unless
        the program has told it not to.
        """
        self.stage.transcript.record("keyboard", self.name, data)
        assert self.keyboard is not None
        self.keyboard.types(data.replace(b"\n", b"\r") if self.terminal else data)

    def has_its_keyboard_closed(self) -> None:
        """End its stdin behind what was typed; at a terminal press Ctrl-D, if need be again.

        A terminal forgets a Ctrl-D that comes while the program changes its mode, as it does
        between two lines.
        """
        self.stage.transcript.record("keyboard", self.name, note="end of stdin")
        assert self.keyboard is not None
        if not self.terminal:
            self.keyboard.close()
            return
        for _ in range(PRESSES):
            self.keyboard.types(CTRL_D)
            if self.stage.wait_until(lambda: self.process.ended, self.stage.patience(0.3)):
                return

    def has_read_its_keyboard(self) -> None:
        """Wait until it has taken all that was typed, and had a moment to look at it.

        Where the system does not tell (not Linux) there is just the moment.
        """
        keyboard = self.keyboard
        assert keyboard is not None
        self.stage.wait_until(lambda: not keyboard.unread_bytes())
        for _ in range(MOST_MOMENTS):
            self.stage.lets_time_pass(TAKEN)
            if not self.process.family.is_held_up():
                break

    def waits_until_stopped(self) -> None:
        """Wait until it has taken all that was typed, or takes no more of it."""
        keyboard = self.keyboard
        assert keyboard is not None
        self.stage.waits_until_steady(lambda: keyboard.unread_bytes() or 0)

    # -- what it shows --------------------------------------------------------------------

    def prints(self, *lines: str, within: float = PATIENCE) -> None:
        """Expect exactly these lines next on its stdout. within: seconds for the first of them."""
        for expected in lines:
            wanted = f"{shown_text(expected)} on the screen"
            line = self.prints_line(wanted, within)
            within = PATIENCE
            if not _same(line, expected):
                raise self.failed(Kind.DIFFERENT, wanted, shown(line), line)

    def prints_line(
        self, expected: str = "a line on the screen", within: float = PATIENCE
    ) -> bytes:
        """Return the next line on its stdout, without its end. within: seconds to wait for it.

        The row on which a prompt stands may be ended before, whether it was answered or not.
        """
        end_of_row, self.prompted = self.prompted, False
        self.stage.wait_until(lambda: b"\n" in self._unread(), self.stage.patience(within))
        line = take_line(self._unread())
        if end_of_row and line in (b"", b"\r"):
            return self.prints_line(expected, within)
        if line is None:
            raise self._nothing(expected, "without a line end")
        self.stage.transcript.record(self.name, "screen", line + b"\n")
        return line

    def has_printed(self, lines: int) -> bool:
        """Whether so many lines that nobody has asked for yet stand on its screen."""
        return self._unread().count(b"\n") >= lines

    def unread_lines(self) -> list[str]:
        """Return the whole lines on its screen that nobody has asked for yet."""
        return self._unread().decode("utf-8", "replace").replace("\r\n", "\n").split("\n")[:-1]

    def prompts(self, prompt: str) -> None:
        """Expect exactly this text next on its stdout; what follows stands on the same line."""
        wanted = prompt.encode()
        self.stage.wait_until(
            lambda: len(self._unread()) >= len(wanted) or not wanted.startswith(self.screen)
        )
        got = bytes(self._unread())
        if not got.startswith(wanted):
            if wanted.startswith(got):
                raise self._nothing(f"the prompt {prompt!r}", "and no more")
            raise self.failed(Kind.DIFFERENT, f"the prompt {prompt!r}", shown(got), got)
        del self.screen[: len(wanted)]
        self.prompted = not self.screen
        self.stage.transcript.record(self.name, "screen", wanted)

    def shows(self, text: str, within: float = PATIENCE) -> None:
        """Expect this text to come up on its terminal, whatever stands before it.

        within: seconds.
        """
        wanted = text.encode()

        def there() -> bool:
            return wanted in without_controls(bytes(self._unread()))

        if not self.stage.wait_until(there, self.stage.patience(within)):
            got = without_controls(bytes(self.screen))
            raise self.failed(Kind.SILENCE, f"{text!r} on the terminal", shown(got[-60:]))
        self.stage.transcript.record(self.name, "screen", wanted)
        self.screen.clear()

    def has_printed_nothing_more(self) -> None:
        """Expect nothing on its stdout but what was asked for. Only after it has ended."""
        unread = bytes(self._unread())
        if unread:
            raise self.failed(Kind.UNEXPECTED, "nothing more on the screen", shown(unread), unread)

    def _nothing(self, expected: str, lacking: str) -> WireFailure:
        unread = bytes(self._unread())
        got = f"{shown(unread)} {lacking}" if unread else "silence"
        return self.failed(Kind.SILENCE, expected, got, unread)

    def _unread(self) -> bytearray:
        """Return the screen, with what has been printed by now."""
        self.process.stdout.take()
        news = self.process.stdout.beginning(self.pulled)
        self.pulled += len(news)
        self.screen += news
        return self.screen


def _same(line: bytes, expected: str) -> bool:
    """Whether a printed line says this; lines of text end with CR LF where not POSIX."""
    return same_text(line, expected, cr_may_follow=not POSIX)
