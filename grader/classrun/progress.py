"""Shows how far a class run has come: a bar for somebody who watches, lines for a log."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from grader.results import GRADED, LessonResult
from grader.visible import visible_line

SLOW_SECONDS = 30.0  # from then on a log hears of a lesson that is still running
NAME_WIDTH = 24


class Progress:
    """Counts finished lessons. On a terminal a bar with an estimate, elsewhere a line each."""

    def __init__(self, screen: Console, total: int) -> None:
        self.screen = screen
        self.total = total
        self.done = 0
        self.graded = 0  # in this run: only they say how long the rest will take
        self.began = time.monotonic()
        self.named: set[str] = set()
        self.bar = _bar(screen, total) if screen.is_terminal and not screen.no_color else None

    def begin(self, taken_over: int, missing: int) -> None:
        """Count lessons that need not be graded, and those that nobody has handed in."""
        self.done += taken_over + missing
        words = [f"{taken_over} taken over"] if taken_over else []
        words += [f"{missing} not handed in"] if missing else []
        if words:
            self._say(f"{self.done:4}/{self.total}  {', '.join(words)}")

    def advance(self, names: Sequence[str], result: LessonResult) -> None:
        """Count one lesson that has been graded, for these submissions."""
        self.done += len(names)
        self.graded += len(names)
        others = f" and {len(names) - 1} alike" if len(names) > 1 else ""
        name = f"{names[0][:NAME_WIDTH]} {result.id}{others}"
        if self.bar is not None:
            self._show(name)
            return
        mark = f"{result.points}/{result.max_points}" if result.state == GRADED else result.state
        self._say(f"{self.done:4}/{self.total}  {name:42} {mark:>9}  {result.seconds:5.1f} s")

    def look(self, longest: tuple[str, float] | None) -> None:
        """A moment has passed; name who takes longest, a log only once."""
        if longest is None:
            return
        name, seconds = longest
        if self.bar is not None:
            self._show(f"longest: {name[: 2 * NAME_WIDTH]}, {seconds:.0f} s")
        elif seconds >= SLOW_SECONDS and name not in self.named:
            self.named.add(name)
            self._say(f"           {name} has been running for {seconds:.0f} s")

    def seconds_left(self) -> float | None:
        """Return an estimate for the rest; None before anything was graded."""
        if not self.graded:
            return None
        return (time.monotonic() - self.began) / self.graded * (self.total - self.done)

    def _show(self, words: str) -> None:
        assert self.bar is not None
        left = self.seconds_left()
        about = "" if left is None else f"about {left:.0f} s left, "
        words = about + visible_line(words)
        self.bar.update(self.bar.task_ids[0], completed=self.done, about=words)

    def _say(self, line: str) -> None:
        self.screen.print(Text(visible_line(line)), highlight=False, soft_wrap=True)

    def __enter__(self) -> Progress:
        if self.bar is not None:
            self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.bar is not None:
            self.bar.stop()


def _bar(screen: Console, total: int) -> Bar:
    about = TextColumn("{task.fields[about]}", markup=False)
    columns = (MofNCompleteColumn(), BarColumn(40), TimeElapsedColumn(), about)
    bar = Bar(*columns, console=screen)
    bar.add_task("", total=total, about="")
    return bar
