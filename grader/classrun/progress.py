"""Shows how far a class run has come: a bar for somebody who watches, lines for a log."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from grader.classrun.intake import Submission
from grader.classrun.run import seconds_left
from grader.results import LessonResult


class Progress:
    """Counts finished lessons. On a terminal a bar with an estimate, elsewhere a line each."""

    def __init__(self, screen: Console, total: int) -> None:
        self.screen = screen
        self.total = total
        self.done = 0
        self.began = time.monotonic()
        self.bar: Bar | None = None
        if screen.is_terminal and not screen.no_color:
            self.bar = Bar(
                MofNCompleteColumn(),
                BarColumn(40),
                TimeElapsedColumn(),
                TextColumn("{task.description}"),
                console=screen,
            )
            self.task = self.bar.add_task("", total=total)

    def advance(self, submission: Submission, result: LessonResult) -> None:
        """Count one lesson that has been graded."""
        self.done += 1
        left = seconds_left(self.began, self.done, self.total)
        name = f"{submission.id[:24]} {result.id}"
        if self.bar is not None:
            about = f"about {left:.0f} s left, {name}"
            self.bar.update(self.task, advance=1, description=Text(about).plain)
            return
        mark = f"{result.points}/{result.max_points}" if result.state == "graded" else result.state
        line = f"{self.done:4}/{self.total}  {name:42} {mark:>9}  {result.seconds:5.1f} s"
        self.screen.print(Text(line), highlight=False)

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
