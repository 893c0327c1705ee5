"""Two things that follow each other: the second at once, not when the first was acknowledged.

What a kernel holds back without TCP_NODELAY is Nagle's algorithm (RFC 896).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from grader.wire.failure import Kind
from grader.wire.peer import Peer

DELAYED = 0.025  # seconds; a held-back segment comes after 40 ms, a free one after less than 1
TRIES = 10


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

    Tried ten times: without TCP_NODELAY the second is late each time, with it it has to be as
    quick as the first only once. A server that takes its time takes it for both. When this
    machine was too busy to send the second one soon, that try tells nothing, and is repeated.
    """
    held_back: list[float] = []
    for attempt in range(3 * TRIES):
        listener.delays_its_receipts()
        begin = time.monotonic()
        first(attempt)
        before = time.monotonic()
        second(attempt)
        if attempt and before - begin < DELAYED:  # the first may wait for an earlier receipt
            held_back.append((time.monotonic() - before) - (before - begin))
        if len(held_back) == TRIES or (held_back and held_back[-1] < DELAYED):
            break
    if not held_back or min(held_back) < DELAYED:
        return
    raise listener.stage.fail(
        Kind.DELAY,
        listener.name,
        f"the second of two {things} to follow at once",
        f"the second held back for at least {min(held_back) * 1000:.0f} ms, {len(held_back)} times",
    )
