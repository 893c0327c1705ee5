"""The options --late and --submitted, which grade and report share."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console

from grader.classrun.late import Rules, apply
from grader.classrun.laterules import read_rules
from grader.classrun.names import listed
from grader.course.lesson import Lesson
from grader.errors import UserError
from grader.results import SubmissionResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the two options."""
    parser.add_argument("--late", type=Path, metavar="FILE", help="rules for lateness, a late.toml")
    parser.add_argument("--submitted", type=Path, metavar="FILE", help="a CSV: id,submitted")


def rules_of(options: argparse.Namespace) -> Rules | None:
    """Return the rules that were asked for. Raises UserError before anything is graded."""
    if options.submitted and not options.late:
        raise UserError("--submitted FILE has times only; give the rules too: --late FILE")
    return read_rules(options.late, options.submitted) if options.late else None


def judge_lateness(
    rules: Rules | None,
    results: Sequence[SubmissionResult],
    lessons: Iterable[Lesson],
    screen: Console,
) -> None:
    """Apply the rules, if there are any, to these lessons; say which of their ids are nobody's.

    Without rules, and in other lessons, what was taken off before stays taken off.
    """
    if rules is None:
        if any(one.late for one in results):
            _say(screen, "Late rules: as they were applied last; --late FILE applies them again")
    elif strangers := apply(rules, results, {lesson.id for lesson in lessons}):
        _say(screen, f"Late rules: nobody here is called {listed(strangers)}")


def _say(screen: Console, text: str) -> None:
    screen.print(text, highlight=False, markup=False, soft_wrap=True)
