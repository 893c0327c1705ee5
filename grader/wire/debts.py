"""What the programs of a task are owed, and how they get it: more time, for waits and for the task.

The rule: time in which a program was ready and not let run is not counted against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.wire.patience import MOST_OWED, Deadline
from grader.wire.process import Process

LEAST_OWED = 0.05  # seconds without a turn that are worth another look
HELD_UP = 0.5  # seconds given to whom the kernel keeps waiting, each time it is asked


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
    slowness: see patience.py. to_programs: the machine's, and ours. to_boxes: what their boxes
    need, which no program can lengthen; it is given when the machine's is used up.
    """

    def __init__(
        self, processes: Sequence[Process], task_time: Deadline, slowness: float = 1.0
    ) -> None:
        self.processes = processes
        self.task_time = task_time
        self.to_programs = Debt(MOST_OWED * slowness)
        self.to_boxes = Debt(MOST_OWED * slowness)
        self.repaid_at = 0.0  # seconds of the task's time spent, when that was done last
        self.waited = 0.0  # seconds for which all processes together had no turn, when last asked

    def owed(self, seconds: float, *, brief: bool) -> float:
        """Return how much longer to wait, since the machine kept somebody waiting meanwhile.

        seconds: how long this wait has taken since this was asked last; nobody was kept from it
        for longer. brief: what we owe ourselves is kept for a wait that is none.
        """
        before, self.waited = self.waited, self.without_a_turn()
        lately = min(self.waited - before, seconds)
        if any(process.family.is_held_up() for process in self.processes):
            lately = max(lately, HELD_UP)
        more = self.to_programs.owed(lately, by_us_too=not brief)
        if not more and any(process.family.waits_for_its_box() for process in self.processes):
            more = self.to_boxes.owed(HELD_UP)
        return more

    def repay(self) -> None:
        """Give the task the time that was lost in waits which went well all the same."""
        spent = self.task_time.spent
        if spent - self.repaid_at < HELD_UP:
            return
        self.repaid_at = spent
        self.waited = self.without_a_turn()  # so that no wait is given it once more
        lost = min(self.waited, spent) - self.to_programs.given
        self.task_time.lengthen(self.to_programs.owed(lost, by_us_too=False))

    def without_a_turn(self) -> float:
        """Return for how many seconds all of them together were ready to run and were not let."""
        return sum(process.family.seconds_without_a_turn() for process in self.processes)
