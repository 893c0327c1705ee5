"""Grade a class: every submission in a folder, side by side, with reports.

Each submission is a folder laid out like lessons/, or a zip of one; a download from Moodle,
Canvas, Gradescope or GitHub Classroom is taken as it is, as a folder or as the zip.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from grader.classrun.intake import Submission, take_in
from grader.classrun.progress import Progress
from grader.classrun.run import JOURNAL, Plan, grade_class
from grader.classrun.seeds import read_secret
from grader.commands import lateness
from grader.course.catalogue import all_lessons, find_lesson
from grader.document import (
    SANDBOX,
    Document,
    describe,
    make_document,
    suite_hash,
    write_document,
)
from grader.errors import UserError
from grader.handover.command_line import add_roster_arguments, hand_over, roster_of
from grader.report.gradebook import show_gradebook
from grader.report.pages import RESULTS, write_reports
from grader.terminal import console

SECRET = "secret.key"
JOBS = max(2, (os.cpu_count() or 1) * 3 // 2)  # at a time; suites wait as often as they work


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("class_folder", type=Path, metavar="CLASS_DIR")
    parser.add_argument("--lesson", action="append", default=[], metavar="N", help="only this one")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    parser.add_argument("--jobs", type=int, default=JOBS, metavar="N")
    parser.add_argument("--secret", type=Path, metavar="FILE", help=f"default: OUT/{SECRET}")
    lateness.add_arguments(parser)
    parser.add_argument("--plain", action="store_true", help="no colour, nothing that moves")
    add_roster_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Grade; exit 0 whenever grading itself ran, whatever the marks."""
    if options.jobs < 1:
        raise UserError(f"--jobs {options.jobs}: at least 1 is needed")
    lessons = [find_lesson(name) for name in options.lesson] or all_lessons()
    roster = roster_of(options, [describe(lesson) for lesson in lessons])
    screen = console(options.plain)
    rules = lateness.rules_of(options)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kit-class-") as workshop:
        submissions = take_in(options.class_folder, Path(workshop), lessons)
        out = writable_folder(options.out)
        suite = suite_hash(lessons)
        secret = read_secret(options.secret or out / SECRET)
        plan = Plan(submissions, lessons, out, secret, suite, options.jobs)
        screen.print(_headline(submissions, len(lessons), options.jobs), highlight=False)
        with Progress(screen, len(submissions) * len(lessons)) as progress:
            results = grade_class(plan, progress.advance)
    lateness.judge_lateness(rules, results, screen)
    document = make_document(lessons, results, time.monotonic() - began)
    finish(document, out)
    show_gradebook(screen, document, out)
    hand_over(document, out, roster, screen)
    return 0


def finish(document: Document, out: Path) -> None:
    """Write the results and everything made from them; the journal is not needed any more."""
    write_document(out / RESULTS, document)
    write_reports(document, out)
    (out / JOURNAL).unlink(missing_ok=True)


def writable_folder(path: Path) -> Path:
    """Make the folder if it is not there. Raises UserError when nothing can be written in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise UserError(f"cannot write to {path}: {error.strerror}; choose another --out") from None


def _headline(submissions: Sequence[Submission], lessons: int, jobs: int) -> str:
    return (
        f"Grading {len(submissions)} submissions, {lessons} lessons, {jobs} at a time "
        f"(sandbox: {SANDBOX})"
    )
