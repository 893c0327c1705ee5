"""Two things that follow each other: the second at once, not when the first was acknowledged.

What a kernel holds back without TCP_NODELAY is Nagle's algorithm (RFC 896).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from grader.wire.failure import Kind
from grader.wire.peer import Peer

HELD = 0.035  # seconds; a receipt that the kernel puts off comes after 40 ms, less a tick
SOON = 0.015  # seconds; a first thing that took longer leaves no room to judge the second
HELD_TRIES = 10
TRIES = 60


def follow_each_other_at_once(speaker: Peer, listener: Peer, prefix: str = "") -> None:
    """Two lines in a row arrive, behind this prefix, and the kernel holds neither back."""

    def says(word: str) -> Callable[[int], None]:
        def one(attempt: int) -> None:
            speaker.sends(f"{word} {attempt}")
            listener.gets(f"{prefix}{word} {attempt}")

        return one

    nothing_is_held_back(listener, says("first"), says("second"))


def nothing_is_held_back(
    listener: Peer,
    first: Callable[[int], object],
    second: Callable[[int], object],
    things: str = "lines",
) -> None:
    """What comes second follows what comes first at once: the kernel does not hold it back.

    first and second get the number of the attempt; each makes its part happen and waits for it.

    Both together are timed, from before the first is asked for: the kernel holds the second until
    a receipt that it puts off for 40 ms, counted from no earlier. So who is ever quicker has set
    TCP_NODELAY, and nobody is judged by a single slow try. Whose first thing takes long, since
    the server or this machine is slow, is not judged by that try at all.
    """
    held_back: list[float] = []
    for attempt in range(TRIES):
        listener.delays_its_receipts()
        begin = time.monotonic()
        first(attempt)
        between = time.monotonic()
        second(attempt)
        end = time.monotonic()
        if end - begin < HELD:
            return
        if attempt and between - begin < SOON:  # the first may wait for an earlier receipt
            held_back.append(end - between)
        if len(held_back) == HELD_TRIES:
            least = f"{min(held_back) * 1000:.0f} ms"
            got = f"the second held back for at least {least}, {HELD_TRIES} times"
            words = f"the second of two {things} to follow at once"
            raise listener.stage.fail(Kind.DELAY, listener.name, words, got)
