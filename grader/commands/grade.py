"""Grade a class: every submission in a folder, side by side, with reports.

Each submission is a folder laid out like lessons/, or a zip of one. What has not changed since
the last run is taken over; a run that was interrupted goes on when the command is given again.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from grader.classrun.claim import claimed
from grader.classrun.conditions import Conditions
from grader.classrun.earlier import Earlier, keep_before, read_earlier
from grader.classrun.engine import Engine, LocalEngine
from grader.classrun.intake import Submission, take_in
from grader.classrun.journal import Journal
from grader.classrun.merge import lessons_of, merged
from grader.classrun.progress import Progress
from grader.classrun.run import ClassRun, Plan, grade, prepare
from grader.classrun.seeds import read_secret
from grader.commands.finish import finish
from grader.course.catalogue import all_lessons, find_lesson
from grader.course.lesson import Lesson
from grader.document import SANDBOX, make_document
from grader.errors import UserError
from grader.report.gradebook import show_gradebook
from grader.report.pages import RESULTS
from grader.terminal import console

SECRET = "secret.key"
JOBS = max(2, (os.cpu_count() or 1) * 3 // 2)  # at a time; suites wait as often as they work
ENGINES = ("local", "dask")
INTERRUPTED = 130
MOST_NAMES = 8  # in a message


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    add = parser.add_argument
    add("class_folder", type=Path, metavar="CLASS_DIR")
    add("--lesson", action="append", default=[], metavar="N", help="only this one")
    add("--only", action="append", default=[], metavar="ID", help="grade this submission again")
    add("--seed", type=int, metavar="S", help="with --only: instead of the recorded one")
    add("--fresh", action="store_true", help="take nothing over from earlier runs")
    add("--out", type=Path, default=Path("out"), metavar="DIR")
    add("--jobs", type=int, default=JOBS, metavar="N", help="lessons at the same time")
    add("--secret", type=Path, metavar="FILE", help=f"default: OUT/{SECRET}")
    add("--engine", choices=ENGINES, default="local", help="dask: a cluster, see INSTRUCTORS.md")
    add("--scheduler", metavar="ADDR", help="of a running cluster, such as tcp://head:8786")
    add("--plain", action="store_true", help="no colour, nothing that moves")


def run(options: argparse.Namespace) -> int:
    """Grade; exit 0 whenever grading itself ran, whatever the marks."""
    _check(options)
    screen = console(options.plain)
    began = time.monotonic()
    with claimed(options.out) as workshop:
        submissions = take_in(options.class_folder, workshop)
        mode = _mode(options)
        earlier = read_earlier(options.out, options.out / RESULTS, mode)
        everything = all_lessons()
        class_run = prepare(_plan(options, submissions, everything, earlier))
        screen.print(_headline(class_run, options.jobs), highlight=False, soft_wrap=True)
        if class_run.works:
            _grade(class_run, options, workshop, mode, screen)
        results = merged(submissions, everything, class_run, earlier, bool(options.only))
        known = lessons_of(results, everything)
        document = make_document(known, results, time.monotonic() - began)
        finish(document, options.out, earlier, mode, class_run)
    show_gradebook(screen, document, options.out)
    return _ended(class_run)


def _check(options: argparse.Namespace) -> None:
    if options.jobs < 1:
        raise UserError(f"--jobs {options.jobs}: at least 1 is needed")
    if options.seed is not None and not options.only:
        raise UserError("--seed is for the replay of one submission: it needs --only ID")
    if options.seed is not None and not 0 < options.seed <= 2**31:
        raise UserError(f"--seed {options.seed}: seeds are from 1 to {2**31}")
    if options.scheduler and options.engine != "dask":
        raise UserError("--scheduler is for --engine dask")


def _plan(
    options: argparse.Namespace,
    submissions: Sequence[Submission],
    everything: Sequence[Lesson],
    earlier: Earlier,
) -> Plan:
    lessons = [find_lesson(name) for name in options.lesson] or everything
    chosen = [_named(name, submissions) for name in options.only] or submissions
    secret = read_secret(options.secret or options.out / SECRET)
    conditions = Conditions(secret, SANDBOX, options.seed)
    replay = bool(options.only) and options.seed is None
    return Plan(chosen, lessons, conditions, earlier, replay)


def _grade(
    class_run: ClassRun, options: argparse.Namespace, workshop: Path, mode: str, screen: Console
) -> None:
    total = class_run.done + class_run.left
    keep_before(options.out, options.out / RESULTS)
    with Journal(options.out, mode) as journal, Progress(screen, total) as progress:
        progress.begin(class_run.done - class_run.missing, class_run.missing)
        grade(class_run, _engine(options, workshop), journal, progress)


def _engine(options: argparse.Namespace, workshop: Path) -> Engine:
    if options.engine == "local":
        return LocalEngine(options.jobs, workshop)
    from grader.classrun.dask_engine import DaskEngine

    return DaskEngine(options.scheduler, options.jobs, workshop)


def _mode(options: argparse.Namespace) -> str:
    """Return in words what makes us grade again what has not changed; empty if nothing does."""
    if options.only:
        return f"--only, seed {options.seed}" if options.seed else "--only"
    return "--fresh" if options.fresh else ""


def _named(name: str, submissions: Sequence[Submission]) -> Submission:
    ids = [one.id for one in submissions]
    if name in ids:
        return submissions[ids.index(name)]
    near = difflib.get_close_matches(name, ids, MOST_NAMES, 0.5) or ids[:MOST_NAMES]
    more = "" if len(near) == len(ids) else ", ..."
    raise UserError(f"--only {name}: no submission is called so; there are {', '.join(near)}{more}")


def _headline(class_run: ClassRun, jobs: int) -> str:
    lessons = f"{class_run.done + class_run.left} lessons of {len(class_run.results)} submissions"
    if not class_run.works:
        return f"Grading {lessons}: nothing has changed, all results are taken over"
    return f"Grading {lessons}, {jobs} at a time (sandbox: {SANDBOX})"


def _ended(class_run: ClassRun) -> int:
    if not class_run.interrupted:
        return 0
    done, all_of_it = class_run.done, class_run.done + class_run.left
    words = f"interrupted: {done} of {all_of_it} lessons; the same command continues"
    print(f"grader: {words}", file=sys.stderr)
    return INTERRUPTED
