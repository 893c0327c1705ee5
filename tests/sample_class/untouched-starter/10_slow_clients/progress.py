"""Tells how far a file is: a note that changes in place at a terminal, else whole lines."""

import time

PAUSE = 0.1  # seconds at least from one change of a note to the next


class Progress:
    """The progress of one file. Only for the thread that moves the file."""

    def __init__(self, screen, doing, size, step):
        """doing: like `sending NAME`. size: bytes.

        step: percent from one line to the next where notes cannot be shown; 0 for no lines.
        """
        self.screen = screen
        self.doing = doing
        self.size = size
        self.step = step
        self.steps = 0  # lines that are due so far
        self.changed = 0.0  # the time.monotonic() at which the note was changed

    def moved(self, done):
        """Tell that so many bytes of the file are through."""
        percent = 100 * done // max(1, self.size)  # a server may send nothing of nothing
        if self.screen.is_terminal:
            if time.monotonic() - self.changed >= PAUSE:
                self.changed = time.monotonic()
                self.screen.note(self, self.text(percent))
        elif self.step and percent // self.step > self.steps:
            self.steps = percent // self.step
            self.screen.show(self.text(self.steps * self.step))

    def close(self):
        """Take the note away: there will be no more of the file. May be called again."""
        self.screen.note(self, "")

    def text(self, percent):
        """Return the note, or the line."""
        return f"* {self.doing}: {percent} %"
