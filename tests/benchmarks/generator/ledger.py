"""What every member is due, and what came instead; ledger.h in Python. There is no socket in it.

A line that jumps ahead makes the skipped ones missing. A missing one that comes after all was out
of order; one that was not missing comes twice; what is nobody's line at all is garbled.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

DIGITS = 8


def name_of(member: int) -> bytes:
    """Return the name under which this member joins."""
    return b"m%04d" % member


@lru_cache(maxsize=8192)
def text_of(sender: int, number: int, size: int) -> bytes:
    """Return a text of so many bytes, without its end; both of its ends hold the number."""
    return b"%08x%08x%b%08x" % (sender, number, filling(sender, size - 3 * DIGITS), number)


@lru_cache(maxsize=8192)
def filling(sender: int, size: int) -> bytes:
    """Return so many letters, others for each sender."""
    return bytes(65 + (sender * 7 + at) % 26 for at in range(size))


class Ledger:
    """The book of one measurement: who must get which line of whom next."""

    def __init__(self, members: int, senders: int, size: int, is_named: bool) -> None:
        self.members = members
        self.senders = senders
        self.size = size
        self.is_named = is_named
        self.due = [[0] * senders for _ in range(members)]
        self.said = [0] * senders
        self.received = [0] * senders  # how many of each sender's lines everybody has
        self.receipts: list[Counter[int]] = [Counter() for _ in range(senders)]
        self.missing: set[tuple[int, int, int]] = set()
        self.repeats = 0
        self.whole = self.garbled = self.doubled = self.out_of_order = 0

    def front(self, sender: int) -> bytes:
        """Return what the server puts in front of this sender's texts."""
        return name_of(sender) + b": " if self.is_named else b""

    def take(self, member: int, line: bytes) -> tuple[int, int] | None:
        """Enter a line, without its end, that a member got; return (sender, number) if due next."""
        skipped = len(self.front(0))
        try:
            sender = int(line[skipped : skipped + DIGITS], 16)
            number = int(line[skipped + DIGITS : skipped + 2 * DIGITS], 16)
        except ValueError:
            sender = number = -1
        if (
            not 0 <= sender < self.senders
            or not 0 <= number < self.said[sender]
            or line != self.front(sender) + text_of(sender, number, self.size)
        ):
            self.garbled += 1
            return None
        due = self.due[member][sender]
        if number < due and (member, sender, number) not in self.missing:
            self.doubled += 1
        elif number < due:
            self.missing.remove((member, sender, number))
            self.out_of_order += 1
            self.whole += 1
        else:
            for skipped_number in range(due, number):
                self.missing.add((member, sender, skipped_number))
                self._receipt(sender, skipped_number)
            self._receipt(sender, number)
            following = number + 1
            self.due[member][sender] = 0 if following == self.repeats else following
            self.whole += 1
            return sender, number
        return None

    def _receipt(self, sender: int, number: int) -> None:
        """One member more has this line, or will never have it: both let its sender go on."""
        have = self.receipts[sender]
        have[number] += 1
        while have[self.received[sender]] >= self.members - 1:
            del have[self.received[sender]]
            self.received[sender] += 1

    def lost(self) -> int:
        """Return how many deliveries will never come."""
        due = sum(
            self.said[sender] - self.due[member][sender]
            for member in range(self.members)
            for sender in range(self.senders)
            if member != sender
        )
        return max(0, len(self.missing) + due - self.garbled)
