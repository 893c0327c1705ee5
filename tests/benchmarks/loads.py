"""The loads: what a server is given to do, and which figures come of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from tests.benchmarks.crowds import Answer, Crowd, fault, not_in
from tests.benchmarks.errors import Unmeasured
from tests.benchmarks.files import CHUNK, digest, send_file
from tests.benchmarks.targets import Running, Target

MIB = 1024 * 1024


@dataclass(frozen=True)
class Result:
    """What one cell of the table gave: figures by name, and what was wrong with deliveries."""

    figures: dict[str, float]
    fault: str = ""


@dataclass(frozen=True)
class Load:
    """One load. shows: the figures that stand in the tables, each with a title and a unit.

    Which of the other values count is up to measure(); {few} in the words is a tenth of members.
    """

    name: str
    words: str
    shows: dict[str, tuple[str, str]]
    measure: Callable[[Load, Target, list[str]], Result]
    members: int = 0
    senders: int = 0
    window: int = 1
    seconds: float = 0.5
    rate: float = 0.0
    mib: int = 0

    @property
    def says(self) -> str:
        """What is done, in words."""
        return self.words.format(few=self.members // 10, **vars(self))


def _figures(answer: Answer, cpu: float) -> dict[str, float]:
    """Turn an answer into figures. cpu: seconds that the server's processor was busy."""
    deliveries, seconds = answer["deliveries"], answer["seconds"]
    if not deliveries or seconds <= 0:
        raise Unmeasured(fault(answer) or "nothing was delivered")
    return {
        "rate": deliveries / seconds,
        "cpu_us": cpu / deliveries * 1e6,
        "generator_share": answer["generator_cpu"] / seconds,
        **{name: answer[name] for name in ("p50", "p90", "p99")},
    }


def _talk(load: Load, target: Target, words: list[str]) -> Result:
    """Let the crowd talk, as many in flight or at the rate that the load says."""
    number = load.members
    with Running(target, number) as server, Crowd(words, server.port, target.protocol) as crowd:
        crowd.join(number, at_once=number if target.pours else target.at_once)
        before = server.cpu_seconds()
        if target.pours:
            answer = crowd.ask("pour", target.pours, load.seconds, 2.0)
        else:
            answer = crowd.chat(load.senders, load.window, load.seconds, rate=load.rate)
        return Result(_figures(answer, server.cpu_seconds() - before), fault(answer))


def _storm(load: Load, target: Target, words: list[str]) -> Result:
    """Let all of them connect at once; the time is until the last one is welcome."""
    patience = load.seconds
    with Running(target) as server, Crowd(words, server.port, target.protocol) as crowd:
        answer = crowd.ask("join", load.members, load.members, patience, within=patience)
        in_time = answer["welcomed"] == load.members
        wrong = not_in(answer, load.members) if not in_time or answer["wrong_notices"] else ""
        return Result({"seconds": answer["seconds"], "welcomed": answer["welcomed"]}, wrong)


def _never(load: Load, target: Target, words: list[str]) -> Result:
    """Let some talk while one of them reads nothing, and again without that one."""
    size = 1024
    lines = load.mib * MIB // size
    answers: list[Answer] = []
    for deaf in (0, 1):
        with (
            Running(target) as server,
            Crowd(words, server.port, target.protocol, size) as crowd,
        ):
            crowd.join(load.members - 1)
            if deaf and not crowd.ask("deaf")["deaf"]:
                raise Unmeasured("the one who never reads was not let in")
            answers.append(crowd.chat(load.senders, load.window, lines=lines))
            peak = server.peak_mib()
    without, beside = answers
    if fault(without):
        raise Unmeasured(f"{fault(without)}, with nobody who does not read")
    rates = [answer["deliveries"] / max(answer["seconds"], 1e-9) for answer in answers]
    figures = {
        "delivered": beside["deliveries"] / beside["expected"],
        "relation": rates[1] / rates[0],
        "rate": rates[1],
        "peak_mib": peak,
    }
    return Result(figures, fault(beside))


def _file(load: Load, target: Target, words: list[str]) -> Result:
    """Send one file to one receiver, and again to four."""
    chunks = load.mib * MIB // CHUNK
    figures: dict[str, float] = {}
    for name, receivers in (("one", 1), ("four", 4)):
        with Running(target, receivers) as server:
            is_chat = target.protocol == "named"
            sha256, before = _digest(chunks), time.process_time()
            seconds = send_file(server.port, chunks, receivers, sha256, is_chat)
            figures["generator_share"] = (time.process_time() - before) / seconds
            figures[name] = receivers * chunks * CHUNK / 1e6 / seconds
            if is_chat:
                figures["peak_mib"] = max(figures.get("peak_mib", 0.0), server.peak_mib())
    return Result(figures)


@lru_cache
def _digest(chunks: int) -> bytes:
    return digest(chunks)


def _memory(load: Load, target: Target, words: list[str]) -> Result:
    """Compare what the server holds for a tenth of the crowd and for all of it, all idle."""
    few = load.members // 10
    with Running(target) as server, Crowd(words, server.port, target.protocol) as crowd:
        crowd.join(few)
        before = server.memory_kib()
        crowd.join(load.members)
        more = server.memory_kib() - before
        return Result({"kib": more / (load.members - few)})


def _growth(load: Load, target: Target, words: list[str]) -> Result:
    """Let the same number talk to a tenth of the crowd, and to all of it."""
    costs: list[float] = []
    wrong = ""
    with Running(target) as server, Crowd(words, server.port, target.protocol) as crowd:
        for members in (load.members // 10, load.members):
            crowd.join(members)
            before = server.cpu_seconds()
            answer = crowd.chat(load.senders, load.window, load.seconds, stall=5.0)
            costs.append(_figures(answer, server.cpu_seconds() - before)["cpu_us"])
            wrong = wrong or fault(answer)
    few, many = costs
    if not few or not many:
        raise Unmeasured("the system's clock does not tell so little work")
    return Result({"few": few, "many": many, "relation": many / few}, wrong)


RATE = {"rate": ("deliveries", "/s"), "cpu_us": ("CPU a delivery", "us")}
LATENCY = {name: (name, "ms") for name in ("p50", "p90", "p99")}

NEVER = {
    "delivered": ("delivered", ""),
    "relation": ("rate, to that without", "x"),
    "peak_mib": ("peak memory", "MiB"),
}
FILE = {
    "one": ("to 1", "MB/s"),
    "four": ("to 4, in all", "MB/s"),
    "peak_mib": ("peak memory", "MiB"),
}
GROWTH = {
    "few": ("CPU a delivery, few", "us"),
    "many": ("many", "us"),
    "relation": ("many to few", "x"),
}
STORM = {"seconds": ("all welcome", "s")}
FLIGHT = "{senders} of {members} talk, {window} in flight each"
LIGHT = "{rate:.0f} lines a second among {members}"
NEVER_READS = "1 of {members} never reads, {mib} MiB of 1 KiB lines to the others"
MORE = "{senders} of {few} talk, then {senders} of {members}"

LOADS = [
    Load("stream", FLIGHT, RATE, _talk, 100, senders=4, window=64),
    Load("busy", FLIGHT, RATE, _talk, 500, senders=50),
    Load("alone", FLIGHT, RATE, _talk, 100, senders=1),
    Load("light", LIGHT, LATENCY, _talk, 50, senders=50, seconds=2.0, rate=100.0),
    Load("storm", "{members} connect at once", STORM, _storm, 1000, seconds=5.0),
    Load("never", NEVER_READS, NEVER, _never, 20, senders=4, window=64, mib=24),
    Load("file", "a file of {mib} MiB, to 1 and to 4", FILE, _file, mib=256),
    Load("memory", "{members} idle clients", {"kib": ("memory a client", "KiB")}, _memory, 1000),
    Load("growth", MORE, GROWTH, _growth, 1000, senders=50),
]


def quick(load: Load) -> Load:
    """Return a small version of the load, to see that everything works; its figures say little."""
    sizes = {"stream": 20, "busy": 60, "alone": 20, "light": 20, "storm": 100, "memory": 100,
             "growth": 100, "never": 20}  # fmt: skip
    members = sizes.get(load.name, load.members)
    return replace(
        load,
        members=members,
        senders=min(load.senders, members // 10 if load.name == "growth" else members),
        seconds=0.4 if load.name == "light" else 0.1 if load.name != "storm" else load.seconds,
        mib=load.mib // 8,
    )
