"""What is measured: the stages of the course, and the others that they are held against."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import psutil

from grader.course.catalogue import KIT
from grader.wire.process import Process
from grader.wire.server import READY
from grader.wire.usage import MIB, peak_memory
from tests.benchmarks.crowds import HERE, build
from tests.benchmarks.errors import Unmeasured

CHAT = frozenset({"stream", "busy", "alone", "light", "storm"})
MANY = frozenset({"memory", "growth"})
START_SECONDS = 15.0
BUFFER = "65536"  # bytes that a stage may ask for at once, as the relay and the peers do
PEERS = HERE / "peers"
ASYNCIO = KIT / "notebooks" / "asyncio_chat"
SOLUTION = KIT / "reference_solution"


@dataclass(frozen=True)
class Target:
    """A server program. {number} in its command: how many connections it is to wait for."""

    name: str
    title: str
    command: tuple[str, ...]
    folder: Path
    loads: frozenset[str]
    protocol: str = "named"
    missing: str = ""  # why it cannot be measured here
    at_once: int = 64  # visitors that may wait for it, except in a storm
    pours: int = 0  # lines that it repeats for ever once one member has said them; 0: it is a chat


def _stage(name: str, loads: frozenset[str], protocol: str = "named") -> Target:
    folder = SOLUTION / name
    command = (sys.executable, "server.py", "--port", "0", "--buffer", BUFFER)
    missing = "" if (folder / "server.py").is_file() else "not there yet"
    return Target(name[:2], f"stage {name[:2]}", command, folder, loads, protocol, missing)


def _peer(name: str, title: str, loads: frozenset[str], *words: str, missing: str = "") -> Target:
    command = (sys.executable, *words)
    protocol = "named" if words[0] == "two_threads.py" else "bare"
    return Target(name, title, command, PEERS, loads, protocol, missing)


def asyncio_chat(name: str, title: str, loads: frozenset[str], *words: str) -> Target:
    """Return the server that notebook 08 shows, which lies beside it."""
    missing = "uvloop is not installed" if words and not importlib.util.find_spec("uvloop") else ""
    command = (sys.executable, "server.py", *words)
    return Target(name, title, command, ASYNCIO, loads, "named", missing)


def _irc(speaks_irc: bool) -> Target:
    """Return ngIRCd. Its queue of visitors is so short that a crowd must come slowly."""
    program = shutil.which("ngircd") or shutil.which("ngircd", path="/usr/sbin") or ""
    missing = "" if program else "it is not installed"
    if program and not speaks_irc:
        missing = "the slow generator does not speak IRC"
    return replace(
        _peer("ngircd", "ngIRCd", CHAT, "irc.py", program, missing=missing),
        protocol="irc",
        at_once=8,
    )


def _pouring(name: str, title: str, lines: int) -> Target:
    plain = _peer(name, title, frozenset({"stream"}), "raw.py", "pour", "{number}")
    return replace(plain, pours=lines)


def all_targets(folder: Path) -> list[Target]:
    """Return all of them, in the order of the tables; what is in C is built into the folder."""
    c_program = build(PEERS / "gathering.c", folder)
    chat = CHAT | MANY | {"never"}
    return [
        _peer("tutorial", "tutorial server", CHAT | {"memory"}, "tutorial.py"),
        _stage("04_broadcast", chat, "bare"),
        _stage("06_usernames", CHAT),
        _stage("07_commands", CHAT),
        _stage("09_files", chat | {"file"}),
        _stage("10_slow_clients", chat | {"file"}),
        _peer("two", "two threads a client", CHAT - {"storm"} | {"never"}, "two_threads.py"),
        asyncio_chat("asyncio", "asyncio streams", chat),
        asyncio_chat("uvloop", "asyncio on uvloop", chat, "--uvloop"),
        Target(
            "gathering",
            "C, gathering",
            (str(c_program),),
            PEERS,
            chat,
            missing="" if c_program else "no C compiler, or not Linux",
        ),
        _irc(c_program is not None),
        _pouring("raw", "raw, a line a send", 1),
        _pouring("raw64", "raw, 64 lines a send", 64),
        _peer("relay", "raw relay", frozenset({"file"}), "raw.py", "relay", "{number}"),
    ]


class Running:
    """A target at work. Use it as a context manager: it is ended at the end of `with`."""

    def __init__(self, target: Target, number: int = 0) -> None:
        """Start it and wait until it listens. Raises Unmeasured if it does not."""
        news = threading.Event()
        command = [word.replace("{number}", str(number)) for word in target.command]
        self.process = Process(command, target.folder, news.set, limits={})
        deadline = time.monotonic() + START_SECONDS
        while not (ready := READY.search(self.process.stdout.text())):
            left = deadline - time.monotonic()
            if left <= 0 or self.process.ended:
                words = self.process.stderr.text().strip().splitlines()
                self.process.close()
                raise Unmeasured(
                    f"{target.title} does not listen: {words[-1:] or 'it says nothing'}"
                )
            news.wait(left)
            news.clear()
        self.port = int(ready[2])

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.process.close()

    def cpu_seconds(self) -> float:
        """Return how long it has kept a processor busy so far."""
        try:
            times = psutil.Process(self.process.pid).cpu_times()
        except psutil.NoSuchProcess:
            raise Unmeasured(self._ended()) from None
        return float(times.user + times.system)

    def memory_kib(self) -> float:
        """Return how much memory it holds now."""
        try:
            return float(psutil.Process(self.process.pid).memory_info().rss / 1024)
        except psutil.NoSuchProcess:
            raise Unmeasured(self._ended()) from None

    def peak_mib(self) -> float:
        """Return the most memory that it has held."""
        return sum(peak_memory(self.process).values()) / MIB

    def _ended(self) -> str:
        words = self.process.stderr.text().strip().splitlines()
        return f"the server has ended: {words[-1] if words else 'without a word'}"
