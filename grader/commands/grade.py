"""Grade a class: every submission in a folder, side by side, with reports.

Each submission is a folder laid out like lessons/, or a zip of one; a download from Moodle,
Canvas, Gradescope or GitHub Classroom is taken as it is, as a folder or as the zip. What has not
changed since the last run is taken over; a run that was interrupted goes on when the command is
given again.
"""

from __future__ import annotations

import argparse
import difflib
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from rich.console import Console

from grader.box.levels import best_level
from grader.classrun.claim import claimed
from grader.classrun.comparing import keep_alike, look_for_alike
from grader.classrun.conditions import Conditions
from grader.classrun.earlier import Earlier, keep_before, read_earlier
from grader.classrun.engine import Engine, LocalEngine
from grader.classrun.intake import Submission, take_in
from grader.classrun.journal import Journal
from grader.classrun.merge import absent_words, lessons_of, merged
from grader.classrun.progress import Progress
from grader.classrun.run import ClassRun, Plan, grade, prepare
from grader.classrun.seeds import SECRET, read_secret
from grader.commands import lateness
from grader.commands.finish import finish, note_what_was_written
from grader.commands.grade_options import add_arguments, check, is_sample
from grader.course.catalogue import all_lessons, lessons_named
from grader.course.lesson import Lesson
from grader.document import describe, make_document
from grader.errors import UserError
from grader.handover.command_line import hand_over, roster_of
from grader.report.gradebook import show_gradebook
from grader.terminal import console

__all__ = ["add_arguments", "run"]

INTERRUPTED = 130
MOST_NAMES = 8  # in a message


def run(options: argparse.Namespace) -> int:
    """Grade; exit 0 whenever grading itself ran, whatever the marks."""
    with ThreadPoolExecutor(1) as meanwhile:
        probing = meanwhile.submit(best_level)
        screen, rules = console(options.plain), lateness.rules_of(options)
        everything, lessons = all_lessons(), lessons_named(options.lesson)
    level = probing.result()
    check(options, level)
    roster = roster_of(options, [describe(lesson) for lesson in lessons])
    began = time.monotonic()
    with claimed(options.out) as workshop:
        tell = partial(screen.print, highlight=False, markup=False, soft_wrap=True)
        if options.secret and not options.secret.exists():
            tell(f"{options.secret} is not there: a new secret is written to it")
        submissions = take_in(
            options.class_folder, workshop, lessons, tell, look_through=not options.as_it_is
        )
        mode = _mode(options)
        earlier = read_earlier(options.out, mode)
        class_run = prepare(_plan(options, submissions, lessons, earlier, level))
        tell(_headline(class_run, options.jobs, level))
        if class_run.works:
            _grade(class_run, options, workshop, mode, screen)
        graded = {lesson.id for lesson in lessons}
        results = merged(submissions, everything, class_run, earlier, bool(options.only), graded)
        lateness.judge_lateness(rules, results, lessons, screen)
        if (words := absent_words(submissions, results, earlier)) and not options.only:
            tell(words)
        known = lessons_of(results, everything)
        document = make_document(known, results, level, time.monotonic() - began)
        keep_alike(document, earlier.before)
        if not (class_run.interrupted or options.only or is_sample(options.class_folder)):
            look_for_alike(document, submissions, lessons)
        written = finish(document, options.out, earlier, mode, class_run)
        show_gradebook(screen, document, options.out)
        if written or roster:
            hand_over(document, options.out, roster, screen)
        if written:
            note_what_was_written(options.out)
    return _ended(class_run)


def _plan(
    options: argparse.Namespace,
    submissions: Sequence[Submission],
    lessons: Sequence[Lesson],
    earlier: Earlier,
    level: str,
) -> Plan:
    chosen = [_named(name, submissions) for name in dict.fromkeys(options.only)] or submissions
    secret = read_secret(options.secret or options.out / SECRET)
    conditions = Conditions(secret, level, options.seed)
    replay = bool(options.only) and options.seed is None
    return Plan(chosen, lessons, conditions, earlier, replay)


def _grade(
    class_run: ClassRun, options: argparse.Namespace, workshop: Path, mode: str, screen: Console
) -> None:
    total = class_run.done + class_run.left
    keep_before(options.out)
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


def _headline(class_run: ClassRun, jobs: int, level: str) -> str:
    lessons = _number(class_run.done + class_run.left, "lesson")
    lessons += f" of {_number(len(class_run.results), 'submission')}"
    if not class_run.works:
        return f"Grading {lessons}: nothing has changed, all results are taken over"
    return f"Grading {lessons}, {jobs} at a time (sandbox: {level})"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _ended(class_run: ClassRun) -> int:
    if not class_run.interrupted:
        return 0
    done, all_of_it = class_run.done, class_run.done + class_run.left
    words = f"interrupted: {done} of {all_of_it} lessons; the same command continues"
    print(f"grader: {words}", file=sys.stderr)
    return INTERRUPTED
