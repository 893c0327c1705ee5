"""What the programs of a task are owed, and how they get it: more time, for waits and for the task.

The rule: time in which a program was ready and not let run is not counted against it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from grader.box.turns import Turns, processors, sum_of
from grader.wire.patience import MOST_OWED, MOST_STARVED, Deadline
from grader.wire.process import Process

LEAST_OWED = 0.05  # seconds without a turn that are worth another look
HELD_UP = 0.5  # seconds given to whom the kernel keeps waiting, each time it is asked
LITTLE = 0.25  # of a wait; who has run for longer in it can have crowded itself out
CROWDED = 4.0  # processes to a processor that run, wait for it, or for a lock of the kernel


class Debt:
    """What programs are owed: time in which the machine, or we, kept them waiting.

    A program that waits for somebody else is owed nothing: its deadline says when that is over.
    most: seconds that the machine can owe in a whole task.
    """

    def __init__(self, most: float) -> None:
        self.most = most
        self.given = 0.0
        self.ours = 0.0

    def add(self, seconds: float) -> None:
        """Owe this much more, for a hardship that we made."""
        self.ours += seconds

    def owed(self, lately: float, *, by_us_too: bool = True) -> float:
        """Return how many seconds to wait longer, 0 if nothing is owed; they are given then.

        lately: seconds for which they have been kept waiting since this was asked last.
        by_us_too: whether what add() noted is given as well.
        """
        more = min(lately, self.most - self.given)
        more = more if more >= LEAST_OWED else 0.0
        self.given += more
        if by_us_too:
            more += self.ours
            self.ours = 0.0
        return more


class Debts:
    """What is owed to the processes of one task.

    processes: all that the task has started so far. task_time: what is left for its waits.
    slowness: see patience.py. to_programs: the machine's, and ours. to_starved: more of the
    machine's, when that is used up, to those whom others keep from nearly all work.
    """

    def __init__(
        self, processes: Sequence[Process], task_time: Deadline, slowness: float = 1.0
    ) -> None:
        self.processes = processes
        self.task_time = task_time
        self.to_programs = Debt(MOST_OWED * slowness)
        self.to_starved = Debt(MOST_STARVED * slowness)
        self.repaid_at = 0.0  # seconds of the task's time spent, when that was done last
        self.began = time.monotonic()
        self.asked_at, self.ran = self.began, 0.0  # for the first time in this wait
        self.had = Turns()  # of all processes together, when last asked
        self.held_up = False  # one of them, when last asked

    def owed(self, seconds: float, *, brief: bool, again: bool = False) -> float:
        """Return how much longer to wait, since the machine kept somebody waiting meanwhile.

        seconds: how long this wait has taken since this was asked last; nobody was kept from it
        for longer. brief: what we owe ourselves is kept for a wait that is none. again: whether
        it is asked once more in the same wait.
        """
        before, self.had = self.had, self.turns()
        if not again:
            self.asked_at, self.ran = time.monotonic(), self.had.run
        lately = min(self.had.waited - before.waited, seconds)
        was_held_up = self.held_up if again else not brief and machine_is_crowded()
        self.held_up = any(process.family.is_held_up() for process in self.processes)
        if self.held_up or was_held_up:  # who may just have been let go has done nothing yet
            lately = max(lately, HELD_UP)
        if more := self.to_programs.owed(lately, by_us_too=not brief):
            return more
        if not again:  # what they did before this wait says nothing: look at them for a moment
            return self._owed_to_starved(min(lately, HELD_UP))
        return self._owed_to_starved(lately, self.asked_at, self.ran)

    def repay(self) -> None:
        """Give the task the time that was lost in waits which went well all the same."""
        spent = self.task_time.spent
        if spent - self.repaid_at < HELD_UP:
            return
        self.repaid_at = spent
        self.had = self.turns()  # so that no wait is given it once more
        lost = min(self.had.waited, spent) - self.given
        more = self.to_programs.owed(lost, by_us_too=False)
        self.task_time.lengthen(more or self._owed_to_starved(lost, self.began, 0.0))

    def turns(self) -> Turns:
        """Return the turns that all of them together have had so far."""
        return sum_of(process.family.turns() for process in self.processes)

    @property
    def given(self) -> float:
        """How many seconds the machine's debt has come to."""
        return self.to_programs.given + self.to_starved.given

    def _owed_to_starved(self, lately: float, since: float = 0.0, ran: float = 0.0) -> float:
        """Return what they are given if they have run little since then, however much before.

        since: a moment, 0 if there is no such yet. ran: seconds that they had run by then.
        """
        have_worked = bool(since) and self.had.run - ran > LITTLE * (time.monotonic() - since)
        return 0.0 if have_worked or not machine_is_crowded() else self.to_starved.owed(lately)


def machine_is_crowded() -> bool:
    """Whether far more wants to run than there are processors. Only Unix says so."""
    try:
        load = os.getloadavg()[0]
    except (AttributeError, OSError):
        return False
    return load > CROWDED * processors()
