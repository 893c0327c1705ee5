"""The keyboard, read in a thread of its own.

The rule: no thread can wake another one that waits for the keyboard. So nobody
waits for this one; the program ends without it (see `end` in client.py).
"""

import sys
import threading

LEAVING_WORDS = ("quit", "exit")


def typed_lines(screen):
    """Yield each line of stdin, without its end, until stdin ends.

    The last line may lack its end. A stdin that is closed has no lines. At a
    terminal the screen reads the line, so that it can keep it in view.
    """
    if sys.stdin is None:
        return
    sys.stdin.reconfigure(errors="replace", newline="\n")
    if screen.is_terminal:
        yield from iter(screen.read_line, None)
        return
    for line in sys.stdin:
        yield line.removesuffix("\n").removesuffix("\r")


class Keyboard:
    """Hands on what is typed. Its two functions are called in the keyboard's own thread."""

    def __init__(self, screen, on_line, on_end):
        """on_line(text) is called for each typed line, on_end() once, after the last one."""
        self.screen = screen
        self.on_line = on_line
        self.on_end = on_end

    def start(self):
        """Begin to read. The thread is a daemon: it may be waiting when the program ends."""
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        """Hand on each typed line, until `quit`, `exit` or the end of stdin; then call on_end.

        The words count only as a whole line, exactly as they are; they are not handed on,
        and neither is anything after them. What on_line cannot deliver (OSError) ends the
        reading: the server has gone, and whoever receives from it will say so.
        """
        try:
            for line in typed_lines(self.screen):
                if line in LEAVING_WORDS:
                    break
                self.on_line(line)
            self.on_end()
        except OSError:
            pass
