"""Shows lines above the one that is being typed.

A program that prints while somebody types would write into the middle of the
typed line. Where stdin and stdout are a terminal and Python has readline, the
screen knows what has been typed so far: it wipes that line, prints, and puts it
back. Everywhere else it just prints.
"""

import os
import shutil
import sys
import threading

try:
    import readline
    import termios
except ImportError:  # Windows: there the terminal itself keeps the typed line
    readline = termios = None

GNU = readline is not None and "libedit" not in (readline.__doc__ or "")
WIPE = "\r\x1b[J"  # to the beginning of the row, clear from there to the end of the screen
UP = "\x1b[{}A"
TYPING = "> "


class Screen:
    """The one place that writes to stdout. Every method is safe from any thread."""

    def __init__(self):
        if sys.stdout is None:  # whoever started us has closed it: nobody looks
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        self.lock = threading.Lock()
        self.reading = False  # a line is being typed; guarded by lock
        self.prompt = TYPING  # stands before what is typed at a terminal; guarded by lock
        self.drawn = TYPING  # the prompt that readline has drawn, or is about to
        self.is_terminal = (
            readline is not None
            and sys.stdin is not None
            and sys.stdin.isatty()
            and sys.stdout.isatty()
            and os.environ.get("TERM", "dumb") != "dumb"
        )
        if self.is_terminal and GNU:  # nobody may print while readline draws its prompt
            readline.set_startup_hook(self.lock.acquire)
            readline.set_pre_input_hook(self.prompted)
        self.mode = termios.tcgetattr(sys.stdin) if self.is_terminal else None
        # What cannot be shown in this terminal's encoding becomes a question mark.
        sys.stdout.reconfigure(errors="replace")

    def show(self, line):
        """Print a line, whole, above what is being typed."""
        with self.lock:
            typed = self.typed()
            self.write(f"{self.wiped(typed)}{line}\n{typed}")

    def ask(self, prompt):
        """Print a prompt, without a line end; the next typed line is to answer it."""
        with self.lock:
            if not self.is_terminal:
                self.write(prompt)
                return
            wipe = self.wiped(self.typed())
            self.prompt = prompt
            self.write(wipe + self.typed())

    def prompted(self):
        """Take note that a prompt stands on the terminal. Called by readline, with the lock.

        If we were told to ask in the meantime, the prompt that stands there is the old one.
        """
        self.reading = True
        if self.prompt != self.drawn:
            self.write(self.wiped(self.drawn) + self.prompt)
        self.lock.release()

    def read_line(self):
        """Return the next typed line without its end, None at the end of stdin.

        Only where is_terminal holds.
        """
        with self.lock:
            self.reading = not GNU
            self.drawn = self.prompt
        try:
            return input(self.drawn)
        except EOFError:
            return None
        finally:
            with self.lock:
                self.reading = False
                self.prompt = TYPING

    def close(self):
        """Leave the terminal as it was. Nothing may be shown after that."""
        with self.lock:
            if self.mode is not None:
                self.write(WIPE if self.reading else "")
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.mode)

    def typed(self):
        """Return what a terminal shows of the line that is being typed. The lock must be held."""
        return self.prompt + readline.get_line_buffer() if self.reading else ""

    def wiped(self, typed):
        """Return what wipes the typed text off the terminal; it may fill several rows."""
        if not typed:
            return ""
        rows = (len(typed) - 1) // shutil.get_terminal_size().columns
        return (UP.format(rows) if rows else "") + WIPE

    def write(self, text):
        """Write and flush. The lock must be held. Nobody looking any more is no error."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            pass
