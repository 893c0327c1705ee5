"""The bars that the finished chat is to clear, as ratios within one interleaved run."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from tests.benchmarks.table import Table

JUDGED = "10"


@dataclass(frozen=True)
class Bar:
    """A bound for one figure of the judged target. of: the target, and its figure, to divide by."""

    load: str
    figure: str
    says: str
    at_least: float | None = None
    at_most: float | None = None
    of: tuple[str, str] | None = None


@dataclass(frozen=True)
class Verdict:
    """How a bar went. value: None if it could not be told, for which why has the reason."""

    bar: Bar
    value: float | None
    met: bool
    why: str

    @property
    def words(self) -> str:
        """`met`, `missed by 12 %`, or the reason why it is not known."""
        return self.why or ("met" if self.met else f"missed by {self._missing:.0%}")

    @property
    def _missing(self) -> float:
        assert self.value is not None
        if self.bar.at_least is not None:
            return (self.bar.at_least - self.value) / self.bar.at_least
        assert self.bar.at_most is not None
        return (self.value - self.bar.at_most) / self.bar.at_most


STAGE_04, ASYNCIO, C = ("04", "rate"), ("asyncio", "rate"), ("gathering", "rate")
RELAY = ("relay", "one")
BARS = [
    Bar("stream", "rate", "stage 04", at_least=10, of=STAGE_04),
    Bar("stream", "rate", "asyncio", at_least=4, of=ASYNCIO),
    Bar("busy", "rate", "stage 04", at_least=10, of=STAGE_04),
    Bar("busy", "rate", "asyncio", at_least=3, of=ASYNCIO),
    Bar("busy", "rate", "the C server that gathers", at_least=0.5, of=C),
    Bar("alone", "rate", "stage 04", at_least=0.7, of=STAGE_04),
    Bar("alone", "rate", "asyncio", at_least=1.5, of=ASYNCIO),
    Bar("light", "p99", "the tutorial server's p99", at_most=0.1, of=("tutorial", "p99")),
    Bar("storm", "seconds", "seconds until all are welcome", at_most=2),
    Bar("never", "delivered", "of all delivered to the others", at_least=1),
    Bar("never", "relation", "the rate without the one who never reads", at_least=0.8),
    Bar("file", "one", "the raw relay, 1 receiver", at_least=0.6, of=RELAY),
    Bar("file", "four", "the raw relay, 4 receivers in all", at_least=1.2, of=RELAY),
    Bar("file", "peak_mib", "MiB of memory", at_most=32),
    Bar("memory", "kib", "KiB of memory an idle client", at_most=32),
    # A quarter more is within what the clock of a busy machine can tell.
    Bar("growth", "relation", "CPU a delivery, 1000 to 100", at_most=1.25),
]


def judge(table: Table, judged: str) -> list[Verdict]:
    """Hold the judged target against all bars whose load was measured."""
    return [_verdict(table, judged, bar) for bar in BARS if bar.load in table.loads()]


def _verdict(table: Table, judged: str, bar: Bar) -> Verdict:
    if table.missing(judged):
        return Verdict(bar, None, False, table.missing(judged))
    cell = table.cell(bar.load, judged)
    if cell is None:
        return Verdict(bar, None, False, "not measured")
    if cell.error:
        return Verdict(bar, None, False, cell.error)
    if cell.fault and bar.load != "never":
        return Verdict(bar, None, False, f"failed: {cell.fault}")
    values = ratios(table, bar.load, (judged, bar.figure), bar.of)
    if not values:
        return Verdict(bar, None, False, f"{bar.of[0] if bar.of else judged} was not measured")
    value = median(values)
    enough = bar.at_least is None or value >= bar.at_least
    little = bar.at_most is None or value <= bar.at_most
    return Verdict(bar, value, enough and little, "")


def ratios(
    table: Table, load: str, one: tuple[str, str], other: tuple[str, str] | None
) -> list[float]:
    """Return one's figure divided by the other's, round by round: both had the same neighbours."""
    figures = table.by_round(load, *one)
    if other is None:
        return list(figures.values())
    divisors = table.by_round(load, *other)
    return [figures[number] / divisors[number] for number in figures if divisors.get(number)]
