"""Shows lines above the one that is being typed.

A program that prints while somebody types would write into the middle of the
typed line. Where stdin and stdout are a terminal and Python has readline, the
screen knows what has been typed so far: it wipes that line, prints, and puts it
back, with the notes above it. Everywhere else it just prints.
"""

import sys
import threading

from colours import look_for, visible
from cursor import split_at_cursor
from notes import Notes
from rows import columns, drawn, end_of, rewound
from terminal import GNU, is_being_typed, keeps_typed_line, readline, termios

TYPING = "> "
LONGEST_SILENCE = 0.5  # seconds for which a prompt waits for what the server says


class Screen:
    """The one place that writes to stdout. Every method is safe from any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reading = False  # a line is being typed; guarded by lock
        self.typing_is_over = False  # no more lines will be typed; guarded by lock
        self.prompt = TYPING  # stands before what is typed at a terminal; guarded by lock
        self.drawn = TYPING  # the prompt that readline has drawn, or is about to
        self.prompt_is_known = threading.Event()  # what the server says will not change it
        self.is_terminal = keeps_typed_line()
        self.look = look_for(sys.stdout)
        self.notes = Notes(self.look)  # guarded by lock
        if self.is_terminal and GNU:
            # A pasted line end is to end a line. Nobody may print while readline draws.
            readline.parse_and_bind("set enable-bracketed-paste off")
            readline.set_startup_hook(self.lock.acquire)
            readline.set_pre_input_hook(self.prompted)
        self.mode = termios.tcgetattr(sys.stdin) if self.is_terminal else None
        # What cannot be shown in this terminal's encoding becomes a question mark.
        sys.stdout.reconfigure(errors="replace")

    def show(self, line):
        """Print a line, whole, above what is being typed."""
        text = f"{self.look(line)}\n"
        with self.lock:
            self.write(self.wiped() + text + self.below())

    def note(self, owner, text):
        """Put up or change the owner's note; no text takes it away. Only where is_terminal."""
        with self.lock:
            if self.is_terminal and self.notes.put(owner, text):
                self.write(self.wiped() + self.below())

    def ask(self, prompt):
        """Print a prompt, without a line end; the next typed line is to answer it."""
        with self.lock:
            wipe = self.wiped()
            self.prompt = prompt
            self.write(wipe + self.below() if self.is_terminal else prompt)
        self.prompt_is_known.set()

    def prompted(self):
        """Take note that a prompt stands on the terminal. Called by readline, with the lock.

        If we were told to ask in the meantime, the prompt that stands there is the old one.
        """
        self.reading = True
        if self.prompt != self.drawn or self.notes.texts:
            self.write(rewound(0) + self.below())
        self.lock.release()

    def read_line(self):
        """Return the next typed line without its end, None at the end of stdin.

        Only where is_terminal holds.
        """
        self.prompt_is_known.wait(LONGEST_SILENCE)
        with self.lock:
            self.reading = not GNU
            self.drawn = self.prompt
        try:
            line = input(self.drawn)
        except EOFError:
            line = None
        with self.lock:
            self.entered(line)
        return line

    def entered(self, line):
        """Take note that a line is complete; move the notes out of its way. With the lock."""
        self.reading = False
        notes = self.notes.wiped()
        if line is None:
            self.write(rewound(notes))
        elif notes:
            text = visible(self.prompt + line)
            row, column = end_of(text, columns())
            self.write(f"{rewound(notes + row + (1 if column else 0))}{text}\n")
        self.prompt = TYPING

    def end_typing(self):
        """Take note that no more lines will be typed: the notes stand alone then."""
        with self.lock:
            self.typing_is_over = True
            self.write(self.below())

    def close(self):
        """Leave the terminal as it was. Nothing may be shown after that."""
        with self.lock:
            if self.is_terminal:
                self.write(self.wiped())
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.mode)

    def typed(self):
        """Return what stands before the cursor and behind it: the prompt and the typed line.

        Nothing when no line is being typed. The lock must be held.
        """
        if not self.reading or not is_being_typed():
            return "", ""
        before, after = split_at_cursor(readline.get_line_buffer())
        return visible(self.prompt + before), visible(after)

    def wiped(self):
        """Return what wipes the notes and the typed line off the terminal. With the lock."""
        before, _ = self.typed()
        rows = self.notes.wiped()
        if before:
            return rewound(rows + end_of(before, columns())[0])
        return rewound(rows) if rows and self.typing_is_over else ""

    def below(self):
        """Return what is to stand below the lines: notes and typed line. With the lock."""
        before, after = self.typed()
        if not (before or (self.is_terminal and self.typing_is_over)):
            return ""
        width = columns()
        return self.notes.drawn(width) + drawn(before, after, width)

    def write(self, text):
        """Write and flush. The lock must be held. Nobody looking any more is no error."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            pass
