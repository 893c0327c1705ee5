"""Everything that takes part in one task: the programs, the peers, the clock, the transcript.

The rule: a wait ends at once when the program under test has ended, and every wait of a task
counts against the task's own limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from grader.box.box import Box
from grader.wire.debts import Debts
from grader.wire.failure import Kind, WireFailure, status_words
from grader.wire.loop import Loop
from grader.wire.patience import PATIENCE, SOONER, STEP, TASK_SECONDS, Deadline
from grader.wire.process import OUTSIDE, Process
from grader.wire.transcript import Transcript

NEARLY_OVER = 4.0  # seconds of the task's time that are left; multiplied by the slowness
NOTHING_TAKEN = 0.1  # seconds; who takes nothing for so long waits for something
A_TURN = 0.05  # seconds; who was kept waiting for less than that has had turns
MOST_DOUBTS = 20  # moments in which nothing was taken, perhaps since nobody was let run


class Closable(Protocol):
    """Something that a task has opened and that must be gone afterwards."""

    def close(self) -> object:
        """Give back what it holds."""


class Stage:
    """One task's world. Only for the thread that runs the task.

    folder: a fresh copy of the submission's lesson. slowness: see patience.py. seed: for
    whatever the task invents. box: where the submission's programs run.
    """

    def __init__(
        self, folder: Path, slowness: float = 1.0, seed: int = 1, box: Box = OUTSIDE
    ) -> None:
        self.folder = folder
        self.apart = folder.parent  # where the kit's own programs have files; see fixtures
        self.box = box
        self.slowness = slowness
        self.seed = seed
        self.loop = Loop()
        self.transcript = Transcript()
        self.task_time = Deadline(TASK_SECONDS * slowness)
        self.processes: list[Process] = []
        self.debts = Debts(self.processes, self.task_time, slowness)
        self.watched: Process | None = None  # the process whose end ends every wait
        self.open: list[Closable] = []
        self.staying: list[Closable] = []  # when the others are sent home
        self.left_running = 0
        self.failures: list[WireFailure] = []
        self.failed_process: Process | None = None  # the one that the last failure was about

    def start(self, command: Sequence[str], folder: Path | None = None, **settings: Any) -> Process:
        """Start a process of the submission; its end, from now on, ends every wait.

        folder: where the kit's own program lies, if it is one; its end ends nothing.
        settings: see Process.
        """
        box = None if folder else self.box
        process = Process(command, folder or self.folder, self.loop.wake, box=box, **settings)
        self.processes.append(process)
        if not process.trusted:
            self.watched = process
        return process

    def stops_watching(self, process: Process) -> None:
        """A process has ended as it should: what is waited for now may come from another one."""
        others = [one for one in self.processes if not (one.trusted or one.ended or one is process)]
        if process is self.watched and others:
            self.watched = others[-1]

    def patience(self, seconds: float = PATIENCE) -> Deadline:
        """Return a fresh deadline, scaled for this machine and within the task's limit."""
        if self.task_time.left < NEARLY_OVER * self.slowness:
            self.debts.repay()
        most = max(self.task_time.left, 0.0)
        return Deadline(min(seconds * self.slowness, most), brief=seconds < PATIENCE)

    def wait_until(
        self,
        condition: Callable[[], bool],
        deadline: Deadline | None = None,
        *,
        through_end: bool = False,
    ) -> bool:
        """Wait until the condition holds, the patience is over, or there is no hope left.

        There is none when the program has ended or reached a TODO; after a traceback there is
        little. through_end: its end is what is waited for.
        """
        deadline = deadline or self.patience()
        has_time = not (deadline.over or deadline.brief)
        process = self.watched

        def hopeless() -> bool:
            if process is None or through_end:
                return False
            if process.printed_traceback:
                deadline.shorten_once(SOONER * self.slowness)
            return self._nobody_is_left()

        before = waited_for = deadline.spent
        met = self.loop.wait_until(condition, deadline, hopeless)
        again = False
        while not met and deadline.over and not deadline.shortened:
            seconds = deadline.spent - waited_for
            more = self.debts.owed(seconds, brief=deadline.brief, again=again)
            waited_for, again = deadline.spent, True
            for one in (deadline, self.task_time):
                one.lengthen(more)
            if not more:  # asking takes a while on a full machine: what has come meanwhile counts
                deadline.lengthen(STEP if has_time else 0)
            met = self.loop.wait_until(condition, deadline, hopeless)
            if not more:
                break
        spent = deadline.spent - before
        self.task_time.looked(spent, spent)
        return met

    def lets_time_pass(self, seconds: float) -> None:
        """Let the program work on what was sent; too short a time can at worst miss a mistake."""
        over = self.patience(seconds)
        self.loop.wait_until(lambda: False, over, self._nobody_is_left)
        self.task_time.looked(over.spent, over.spent)

    def _nobody_is_left(self) -> bool:
        return self.reached_todo() or (self.watched is not None and self.watched.ended)

    def waits_until_steady(self, count: Callable[[], int]) -> None:
        """Wait until the count is 0, or has not changed for a moment: nobody takes any more.

        A moment in which somebody was ready and not let run says nothing; there may be a few.
        """
        before, kept, doubts = -1, 0.0, 0
        while (now := count()) and not self.task_time.over:
            waited = self.debts.turns().waited
            if now == before:
                doubts += 1
                if waited - kept < A_TURN or doubts > MOST_DOUBTS:
                    return
            before, kept = now, waited
            self.lets_time_pass(NOTHING_TAKEN)

    def reached_todo(self) -> bool:
        """Whether the program under test has reached a hole of the starter."""
        return self.watched is not None and self.watched.reached_todo

    def fail(self, kind: Kind, who: str, expected: str, got: str, data: bytes = b"") -> WireFailure:
        """Return the failure to raise: a crash or a TODO, if there was one, explains it better."""
        process = self.watched
        if kind is Kind.HANG_UP and process is not None:  # its last words may be on their way
            last_words = Deadline(SOONER * self.slowness)
            self.loop.wait_until(lambda: process.ended or self.reached_todo(), last_words)
        if self.reached_todo():
            kind, got = Kind.TODO, "the program stops at a part you have not written yet"
        elif process is not None and process.stopped_for:
            kind, got = Kind.RESOURCES, f"the program {process.stopped_for} and was stopped"
        elif kind is Kind.TRACEBACK:
            pass  # it may have ended since, and as it should
        elif process is not None and process.ended and not process.expected_to_end:
            kind = Kind.CRASH
            got = f"the program ended by itself, {status_words(process.status)}"
        elif self.task_time.over:
            kind = Kind.SLOW
            got = f"{got}; the {TASK_SECONDS * self.slowness:.0f} s of the task are over"
        failure = WireFailure(kind, who, expected, got, data)
        failure.transcript = self.transcript.to_json()
        self.failures.append(failure)
        self.failed_process = process
        return failure

    def check_at_the_end(self) -> None:
        """Raise if a program has crashed or printed a traceback, all answers being right."""
        self.loop.look(0)
        process = self.watched
        if process is not None and process.ended and not process.expected_to_end:
            raise self.fail(Kind.CRASH, process.called, "the program to be running still", "")
        for process in self.processes:
            if process.trusted or process.killed:
                continue
            process.stdout.take()
            process.stderr.take()  # printed before the last answer: it counts
            if process.printed_traceback or process.reached_todo:
                self.watched = process
                raise self.fail(
                    Kind.TRACEBACK,
                    process.called,
                    "no traceback, whatever happens",
                    "the right answers, and a traceback on its stderr",
                )

    def send_peers_home(self) -> None:
        """Close every connection and listener of the harness, but for those that stay."""
        while self.open:
            self.open.pop().close()

    def lets_stay(self, peer: Closable) -> None:
        """Keep this one when the others are sent home."""
        self.open.remove(peer)
        self.staying.append(peer)

    def send_all_home(self) -> None:
        """Close also those that stayed."""
        self.open += self.staying
        self.staying.clear()
        self.send_peers_home()

    def close(self) -> None:
        """Close every peer, end every process and all that it started."""
        self.send_all_home()
        with ExitStack() as ends:  # whatever goes wrong with one, the others are ended too
            ends.callback(self.loop.close)
            for process in self.processes:
                ends.callback(self._end, process)
        self.processes.clear()

    def _end(self, process: Process) -> None:
        self.left_running += process.close()
