"""Shows lines above the one that is being typed.

A program that prints while somebody types would write into the middle of the
typed line. Where stdin and stdout are a terminal and Python has readline, the
screen knows what has been typed so far: it wipes that line, prints, and puts it
back. Between the lines and the typed one stand notes, which change in place.
Everywhere else it just prints.
"""

import sys
import threading

from colours import look_for, visible
from cursor import split_at_cursor
from rows import columns, drawn, end_of, fitted, rewound
from terminal import GNU, is_being_typed, keeps_typed_line, readline, termios

TYPING = "> "
MOST_NOTES = 5  # at the same time; more of them wait until one is taken away
LONGEST_SILENCE = 0.5  # seconds for which a prompt waits for what the server says


class Screen:
    """The one place that writes to stdout. Every method is safe from any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reading = False  # a line is being typed; guarded by lock
        self.prompt = TYPING  # stands before what is typed at a terminal; guarded by lock
        self.drawn = TYPING  # the prompt that readline has drawn, or is about to
        self.notes = {}  # owner -> text; guarded by lock
        self.notes_drawn = 0  # how many stand on the terminal; guarded by lock
        self.prompt_is_known = threading.Event()
        self.is_terminal = keeps_typed_line()
        self.look = look_for(sys.stdout)
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
            self.write(self.wiped(self.typed()[0]) + text + self.below())

    def note(self, owner, text):
        """Put up the owner's note, or change it; an empty text takes it away.

        Only a terminal that keeps the typed line shows notes.
        """
        with self.lock:
            if not self.is_terminal or text == self.notes.get(owner, ""):
                return
            wipe = self.wiped(self.typed()[0])
            self.notes[owner] = text
            if not text:
                del self.notes[owner]
            self.write(wipe + self.below())

    def ask(self, prompt):
        """Print a prompt, without a line end; the next typed line is to answer it."""
        with self.lock:
            if not self.is_terminal:
                self.write(prompt)
                return
            wipe = self.wiped(self.typed()[0])
            self.prompt = prompt
            self.write(wipe + self.below())
        self.release_prompt()

    def hold_prompt(self):
        """Let the next prompt wait for what the server answers, but not for long."""
        self.prompt_is_known.clear()

    def release_prompt(self):
        """Let the next prompt come at once: it will not change."""
        self.prompt_is_known.set()

    def prompted(self):
        """Take note that a prompt stands on the terminal. Called by readline, with the lock.

        If we were told to ask in the meantime, the prompt that stands there is the old one.
        """
        self.reading = True
        if self.prompt != self.drawn or self.notes:
            self.write(self.wiped(self.drawn) + self.below())
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
        """Take note that a line is complete: the notes go out of its way. The lock must be held."""
        self.reading = False
        if line is None:
            self.write(self.wiped(self.prompt))
        elif self.notes_drawn:
            text = visible(self.prompt + line)
            row, column = end_of(text, columns())
            rows = self.notes_drawn + row + (1 if column else 0)
            self.write(f"{rewound(rows)}{text}\n")
        self.notes_drawn = 0
        self.prompt = TYPING

    def close(self):
        """Leave the terminal as it was. Nothing may be shown after that."""
        with self.lock:
            if self.mode is not None:
                self.write(self.wiped(self.typed()[0]))
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self.mode)

    def typed(self):
        """Return what a terminal shows before the cursor and behind it: the prompt, the typed line.

        Nothing when no line is being typed. The lock must be held.
        """
        if not self.reading or not is_being_typed():
            return "", ""
        before, after = split_at_cursor(readline.get_line_buffer())
        return visible(self.prompt + before), visible(after)

    def wiped(self, before):
        """Return what wipes the notes and the typed line off the terminal, row by row.

        before: what stands before the cursor; if that is nothing, nothing is wiped. The lock
        must be held.
        """
        notes, self.notes_drawn = self.notes_drawn, 0
        return rewound(notes + end_of(before, columns())[0]) if before else ""

    def below(self):
        """Return what is to stand below the lines: notes and typed line. The lock must be held."""
        before, after = self.typed()
        if not before:
            return ""
        width = columns()
        notes = [fitted(visible(note), width) for note in list(self.notes.values())[:MOST_NOTES]]
        self.notes_drawn = len(notes)
        return "".join(f"{self.look(note)}\n" for note in notes) + drawn(before, after, width)

    def write(self, text):
        """Write and flush. The lock must be held. Nobody looking any more is no error."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            pass
