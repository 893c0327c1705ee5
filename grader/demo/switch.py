"""A place in a server's program where each thread waits until somebody lets it go on.

The rule: the program says that a thread has come, and the notebook says when the one that came
first may go on. A clock gives it no more than the moment from saying so to waiting. So what else
happens once in a million happens each time.
"""

from __future__ import annotations

from grader.wire.failure import Kind
from grader.wire.server import Server

WORDS = "a thread waits"
SWITCH_POINT = f'input("{WORDS}\\n")'  # a line of Python for the server's program
TERMINAL = "terminal"
SETTLED = 0.1  # seconds, more on a slow machine, in which a thread goes from its words to its wait


class Switch:
    """The terminal of a server whose program has a SWITCH_POINT in it; see changed.py."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.seen = 0  # threads that have come

    def count(self) -> int:
        """Return how many threads have come to the switch point so far."""
        return self.server.process.stdout.text().count(WORDS)

    def holds_a_thread(self) -> None:
        """Wait until one more thread has come. Raises WireFailure if none does."""
        stage = self.server.stage
        self.seen += 1
        if not stage.wait_until(lambda: self.count() >= self.seen):
            raise self.server.failed(Kind.SILENCE, "a thread at the switch point", "none")
        stage.transcript.record("server", TERMINAL, note=WORDS)
        stage.lets_time_pass(SETTLED)

    def lets_one_go(self) -> None:
        """Press Enter: the thread that came first goes on."""
        pipe = self.server.process.stdin
        assert pipe is not None
        self.server.stage.transcript.record(TERMINAL, "server", note="Enter")
        pipe.write(b"\n")
        pipe.flush()
