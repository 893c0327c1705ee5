"""A program of the submission as the suites see it: started, told to stop, expected to end."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

from grader.box.inside import bare_interpreter, interpreter
from grader.wire.failure import Kind, WireFailure, status_words
from grader.wire.hardships import RESTLESS_THREADS, SHORT_SENDS, hardships
from grader.wire.lines import shown
from grader.wire.patience import PATIENCE
from grader.wire.process import Process
from grader.wire.stage import Stage
from grader.wire.system import POSIX
from grader.wire.usage import MIB, Usage, cpu_seconds, peak_memory, usage

RESTING_SHARE = 0.2  # of one processor; who asks again every 10 ms takes 0.05
SPARE = 2  # a run-time may open something lazily, once
INTERRUPT = signal.SIGINT if POSIX else signal.CTRL_BREAK_EVENT  # type: ignore[attr-defined]
TERMINATE = signal.SIGTERM if POSIX else INTERRUPT


class Program:
    """One program file of the submission, started with some options.

    asked: the command as a suite gave it, for messages; empty for a server or client, whose
    command says nothing new. folder: where it lies, if it is the kit's own program: then its
    end ends no wait, and its failures are the grader's. short_sends: whether its send() takes
    little at a time, and restless: whether its threads change turns often, if it is in Python.
    buffered: whether Python keeps what it prints into a pipe until it is flushed, as it does
    outside of the kit. settings: see Process.
    """

    def __init__(
        self,
        stage: Stage,
        file: str,
        *options: str,
        folder: Path | None = None,
        short_sends: bool = False,
        restless: bool = False,
        buffered: bool = False,
        **settings: Any,
    ) -> None:
        self.stage = stage
        self.name = file.removesuffix(".py")
        self.asked = " ".join((file, *options)) if type(self) is Program else ""
        if not ((folder or stage.folder) / file).is_file():
            raise stage.fail(Kind.MISSING, "grader", f"a file {file}", "no such file")
        place = stage.box.shown or stage.folder.parent
        # What programs can write to may hold another Python by now: none for the kit's own. And
        # outside of a task (a notebook) nothing is written beside the program.
        is_of_a_task = folder is None and place == stage.box.place
        is_bare = place == stage.box.shown or is_of_a_task
        command = [bare_interpreter(place) if is_bare else interpreter(), file, *options]
        wanted = {SHORT_SENDS: short_sends, RESTLESS_THREADS: restless}
        asked = [one for one, is_wanted in wanted.items() if is_wanted]
        environment = hardships(place, *asked)
        stage.debts.to_programs.add(sum(one.costs for one in asked))
        if buffered:
            environment |= {"PYTHONUNBUFFERED": ""}
        settings["environment"] = environment
        self.process: Process = stage.start(command, folder, **settings)
        self.process.called = self.name
        self.process.under = [one.says for one in asked]

    def failed(self, kind: Kind, expected: str, got: str, data: bytes = b"") -> WireFailure:
        """Return the failure to raise, about this program, whichever was started last."""
        if not self.process.trusted:
            self.stage.watched = self.process
        return self.stage.fail(kind, self.name, expected, got, data)

    def is_told_to_stop(self, number: int = INTERRUPT) -> None:
        """Send Ctrl-C, or another signal."""
        self.stage.transcript.record("keyboard", self.name, note=signal.Signals(number).name)
        self.process.expected_to_end = True
        self.process.send_signal(number)

    def ends(self, status: int, within: float = PATIENCE) -> None:
        """Expect the program to end by itself with this status, and nothing it started to stay.

        within: seconds, scaled for this machine.
        """
        self.process.expected_to_end = True
        process = self.process
        limit = self.stage.patience(within)
        if not self.stage.wait_until(lambda: process.status is not None, limit, through_end=True):
            what = f"'{self.asked}'" if self.asked else "the program"
            raise self.failed(
                Kind.STILL_RUNNING, f"{what} to end within {within:g} s", "it runs on"
            )
        self.stage.wait_until(lambda: process.ended, limit, through_end=True)
        if process.status != status:
            what = f" of '{self.asked}'" if self.asked else ""
            got = status_words(process.status)
            raise self.failed(Kind.STATUS, f"exit status {status}{what}", got)
        if not self.stage.wait_until(lambda: not process.group(), limit, through_end=True):
            raise self.failed(
                Kind.STILL_RUNNING, "nothing left running", f"{len(process.group())} processes"
            )
        self.stage.stops_watching(process)

    def memory(self) -> dict[int, int]:
        """Return the most bytes that each of its processes has held so far, by process id."""
        return peak_memory(self.process)

    def has_not_grown_by(self, limit: int, since: dict[int, int]) -> None:
        """Expect its memory to have grown by less than `limit` bytes since memory() was asked.

        Of a process that is new what counts is by how much it is larger than the largest was.
        """
        largest = max(since.values(), default=0)
        growth = sum(
            now - since[pid] if pid in since else max(0, now - largest)
            for pid, now in self.memory().items()
        )
        if growth >= limit:
            raise self.failed(
                Kind.RESOURCES,
                f"its memory to grow by less than {limit // MIB} MiB",
                f"{growth / MIB:.0f} MiB more",
            )

    def rests_for(self, seconds: float) -> None:
        """Let this time pass, and expect the program to need next to no processor meanwhile.

        seconds: scaled for this machine. Time in which others had the processor is left out.
        """
        began, before = time.monotonic(), cpu_seconds(self.process)
        waited = self.process.family.turns().waited
        self.stage.lets_time_pass(seconds)
        busy, passed = cpu_seconds(self.process) - before, time.monotonic() - began
        waited = self.process.family.turns().waited - waited
        if busy > RESTING_SHARE * max(passed - waited, passed / 2):
            got = f"{busy:.1f} s of work in {passed:.1f} s in which nothing happened"
            raise self.failed(Kind.RESOURCES, "it to wait without working", got)

    def usage(self) -> Usage:
        """Return how many threads and descriptors it has now."""
        return usage(self.process)

    def settled_usage(self) -> Usage:
        """Return the same once it has stopped changing: those who have left are dealt with."""

        def in_use() -> int:
            now = self.usage()
            return now.threads + now.descriptors

        self.stage.waits_until_steady(in_use)
        return self.usage()

    def is_back_to(self, before: Usage) -> None:
        """Expect it to have no more threads and descriptors than before, but for two."""

        def back() -> bool:
            now = self.usage()
            return (
                now.threads <= before.threads + SPARE
                and now.descriptors <= before.descriptors + SPARE
            )

        if not self.stage.wait_until(back):
            raise self.failed(Kind.RESOURCES, f"{before} as before", str(self.usage()))

    def says_on_stderr(self, text: str) -> None:
        """Expect a line on stderr that begins with this text."""
        lines = self.process.stderr.text().splitlines()
        if not any(line.startswith(text) for line in lines):
            got = shown(lines[-1].encode()) if lines else "nothing"
            raise self.failed(Kind.OUTPUT, f"{text!r} on stderr", got)

    def says_how_to_use_it(self) -> None:
        """Expect the word usage somewhere in what it printed."""
        both = self.process.stderr.text() + self.process.stdout.text()
        if "usage" not in both.lower():
            raise self.failed(Kind.OUTPUT, "a usage line", shown(both.encode()))
