"""The crowd in Python, for where there is no C compiler: what generator.c says, in the same words.

It is slower than what it measures: its figures are floors.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from statistics import quantiles

from tests.benchmarks.generator.crowd import Crowd
from tests.benchmarks.generator.ledger import Ledger, text_of


class TalkingCrowd(Crowd):
    """A crowd that can also talk; chat and pour are commands, and return an answer."""

    is_timed = False
    cpu_before = 0.0

    def say(self, ledger: Ledger, sender: int) -> None:
        """Let one member say its next line."""
        number = ledger.said[sender]
        ledger.said[sender] += 1
        if self.is_timed:
            self.said_at[sender, number] = time.monotonic()
        self.members[sender].output += text_of(sender, number, self.size) + b"\n"

    def chat(
        self, senders: int, window: int, seconds: float, lines: int, rate: float, stall: float
    ) -> dict[str, float]:
        """Let members talk; see generator.c."""
        ledger = self._open_ledger(senders)
        self.is_timed = rate > 0
        began = self.last_byte = time.monotonic()
        moments = self._moments(rate, began)
        due, turn, total, stalled = next(moments), deque(range(senders)), 0, False
        while True:
            now = time.monotonic()
            is_open = (not seconds or now - began < seconds) and (not lines or total < lines)
            while is_open and rate and due <= now:
                self.say(ledger, turn[0])
                turn.rotate(-1)
                due, total = next(moments), total + 1
            for sender in range(senders) if is_open and not rate else ():
                allowed = window - (ledger.said[sender] - ledger.received[sender])
                for _ in range(min(allowed, lines - total) if lines else allowed):
                    self.say(ledger, sender)
                    total += 1
            for sender in range(senders):
                self.members[sender].flush()
            reached = ledger.whole + len(ledger.missing) >= total * (len(self.members) - 1)
            stalled = now - self.last_byte > stall
            if (not is_open and reached) or stalled or self.gone:
                break
            self.look(due - now if rate and is_open else 0.001)
        return self._answer(ledger, began, lines or total, stalled)

    def _moments(self, rate: float, moment: float) -> Iterator[float]:
        dice = random.Random(1)
        while True:
            yield moment
            moment += dice.random() * 2 / (rate or 1)

    def pour(self, lines: int, seconds: float, stall: float) -> dict[str, float]:
        """Let one member say so many lines, which the server repeats for ever."""
        ledger = self._open_ledger(1)
        ledger.repeats = lines
        for _ in range(lines):
            self.say(ledger, 0)
        began = self.last_byte = time.monotonic()
        self.members[0].flush()
        while (now := time.monotonic()) - began < seconds and now - self.last_byte < stall:
            self.look(0.001)
        return self._answer(ledger, began, 0, now - self.last_byte >= stall)

    def _open_ledger(self, senders: int) -> Ledger:
        self.ledger = Ledger(len(self.members), senders, self.size, self.is_named)
        self.said_at, self.samples = {}, []
        self.gone = self.wrong_notices = 0
        self.is_timed = False
        self.cpu_before = time.process_time()
        return self.ledger

    def _answer(self, ledger: Ledger, began: float, lines: int, stalled: bool) -> dict[str, float]:
        end, until = self.last_byte, time.monotonic() + 0.02
        while time.monotonic() < until:
            self.look(0.005)  # what nobody is due
        self.ledger = None
        cuts = quantiles(self.samples, n=100) if len(self.samples) > 1 else [0.0] * 99
        return {
            "deliveries": ledger.whole,
            "expected": lines * (len(self.members) - 1),
            "seconds": end - began,
            "lost": 0 if ledger.repeats else ledger.lost(),
            "garbled": ledger.garbled,
            "doubled": ledger.doubled,
            "out_of_order": ledger.out_of_order,
            "gone": self.gone,
            "wrong_notices": self.wrong_notices,
            "stalled": int(stalled),
            "p50": cuts[49] * 1000,
            "p90": cuts[89] * 1000,
            "p99": cuts[98] * 1000,
            "generator_cpu": time.process_time() - self.cpu_before,
        }


def main() -> int:
    """Obey one command a line, answer each with a line of JSON."""
    crowd = TalkingCrowd(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    commands: dict[str, Callable[..., dict[str, float]]] = {
        "join": crowd.join, "deaf": crowd.deaf, "chat": crowd.chat, "pour": crowd.pour,
    }  # fmt: skip
    for line in sys.stdin:
        word, *words = line.split()
        values = [float(one) if "." in one else int(one) for one in words]
        print(json.dumps(commands[word](*values)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
