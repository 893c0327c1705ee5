"""What `grade` and `report` have in common: the roster's options, and what is said at the end.

The rule: what reads and writes for a platform is loaded when it is needed. Most runs of a class
that has been graded need none of it, and loading it takes a quarter of their time.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from grader.document import Document
from grader.errors import UserError
from grader.report.names import CHANGES, GRADEBOOK

if TYPE_CHECKING:
    from grader.handover.roster import Roster

MOST_LINES = 10


def add_roster_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options that say where marks go."""
    exported = "what Canvas, Moodle or Blackboard exported: the marks are filled in"
    parser.add_argument("--roster", type=Path, metavar="FILE", help=exported)
    parser.add_argument("--column", default="", metavar="TITLE", help="the roster's, for the marks")


def roster_of(options: argparse.Namespace, lessons: Sequence[dict[str, Any]]) -> Roster | None:
    """Return the roster that was named, None for none. Raises UserError: before a long run.

    One that stands where we write a file of that name would be lost.
    """
    if options.column and not options.roster:
        raise UserError("--column is the title of a column in a roster: give --roster FILE too")
    if not options.roster:
        return None
    ours = [(options.out / name).resolve() for name in (GRADEBOOK, CHANGES)]
    if options.roster.resolve() in ours:
        raise UserError(
            f"{options.roster} would be overwritten, we write one of that name: "
            "call the roster otherwise, or move it out of the folder of results"
        )
    from grader.handover.opening import open_roster

    return open_roster(options.roster, lessons, options.column)


def hand_over(document: Document, out: Path, roster: Roster | None, screen: Console) -> None:
    """Write everything for other systems; print what became of the roster."""
    from grader.handover.marking import REPORT
    from grader.handover.writing import write_handover

    lines = write_handover(document, out, roster)
    for line in lines[:MOST_LINES]:
        screen.print(Text(f" {line}"), highlight=False, soft_wrap=True)
    if len(lines) > MOST_LINES:
        more = f" and {len(lines) - MOST_LINES} more lines in {out / REPORT}"
        screen.print(Text(more), highlight=False, soft_wrap=True)
