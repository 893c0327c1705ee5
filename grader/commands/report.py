"""Make all reports again from the results.json of a class that was graded.

With --late the rules for lateness are applied again, and results.json is written back.
"""

import argparse
from pathlib import Path

from grader.classrun.claim import claimed
from grader.commands import lateness
from grader.course.catalogue import lessons_named
from grader.document import RESULTS, read_document, write_document
from grader.errors import UserError
from grader.handover.command_line import add_roster_arguments, hand_over, roster_of
from grader.report.gradebook import show_gradebook
from grader.report.pages import write_reports
from grader.terminal import console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("out", type=Path, metavar="OUT_DIR", help="what --out was")
    lateness.add_arguments(parser)
    parser.add_argument(
        "--lesson", action="append", default=[], help="--late is for this one; may be given twice"
    )
    parser.add_argument("--plain", action="store_true", help="no colour")
    add_roster_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Read, render, show."""
    rules, screen = lateness.rules_of(options), console(options.plain)
    if options.lesson and rules is None:
        raise UserError("--lesson says for which lessons --late FILE is; give that too")
    lessons = lessons_named(options.lesson)
    roster = roster_of(options, read_document(options.out / RESULTS).lessons)
    with claimed(options.out):  # or what a run writes meanwhile would be lost
        document = read_document(options.out / RESULTS)
        if rules is not None:
            lateness.judge_lateness(rules, document.submissions, lessons, screen)
            write_document(options.out / RESULTS, document)
        write_reports(document, options.out)
        show_gradebook(screen, document, options.out)
        hand_over(document, options.out, roster, screen)
    return 0
