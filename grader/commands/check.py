"""Run the graded suites on your own work and show the score sheet.

With no LESSON: the first lesson without full marks.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console

from grader.box.levels import best_level
from grader.course.catalogue import LESSONS, all_lessons, chosen
from grader.course.lesson import Lesson
from grader.document import make_document, write_document
from grader.errors import UserError
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.judging.suite_process import warm_up
from grader.report.scoresheet import show_lesson
from grader.results import GRADED, MISSING, LessonResult, SubmissionResult
from grader.submission import fingerprint, lesson_files
from grader.terminal import console
from grader.wire.patience import measured_slowness

FULL, POINTS_MISSING, BROKEN = 0, 1, 3
AT_ONCE = 2  # suites mostly wait
LOOK_SECONDS = 0.5  # between two looks at the files, with --watch
Chosen = list[tuple[Lesson, list[str]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("names", nargs="*", metavar="LESSON", help="4, 04, 04_broadcast or 4.2")
    parser.add_argument("--submission", type=Path, default=LESSONS, metavar="DIR")
    parser.add_argument("--watch", action="store_true", help="check again after each change")
    parser.add_argument("--plain", action="store_true", help="no colour")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")


def run(options: argparse.Namespace) -> int:
    """Check, once or until Ctrl-C."""
    if not options.submission.is_dir():
        raise UserError(f"{options.submission} is not a folder")
    if options.json and not options.json.parent.is_dir():
        raise UserError(f"cannot write {options.json}: there is no folder {options.json.parent}")
    warm_up()
    wanted = chosen(options.names)
    screen = console(options.plain)
    watched = [lesson for lesson, _ in wanted] or all_lessons()
    while True:
        before = saved(options.submission, watched)  # a file may be saved while it is checked
        status = check(options, wanted, screen)
        if not options.watch:
            return status
        screen.print("Watching your files; Ctrl-C ends it.")
        while saved(options.submission, watched) == before:
            time.sleep(LOOK_SECONDS)


def check(options: argparse.Namespace, wanted: Chosen, screen: Console) -> int:
    """Run the suites, show the sheets, return the status."""
    began = time.monotonic()
    results = []
    with _threads() as pool:
        for lesson, result in _results(pool, options.submission, wanted):
            results.append((lesson, result))
            if wanted or result.points < result.max_points:
                show_lesson(screen, lesson, result)
            else:
                screen.print(f"Lesson {lesson.number:02}  full marks", highlight=False)
            if not wanted and result.points < result.max_points:
                break
    _summary(screen, [result for _, result in results], time.monotonic() - began)
    if options.json:
        lessons = [lesson for lesson, _ in results]
        mark = fingerprint(options.submission, lessons)
        person = SubmissionResult(options.submission.resolve().name, mark, [r for _, r in results])
        document = make_document(lessons, [person], best_level(), time.monotonic() - began)
        write_document(options.json, document)
    if any(result.state not in (GRADED, MISSING) for _, result in results):
        return BROKEN
    full = all(result.points == result.max_points for _, result in results)
    return FULL if full else POINTS_MISSING


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Give threads that wait for suites; Ctrl-C, wherever it comes, ends these."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield pool
        except KeyboardInterrupt:
            end_running_suites()
            raise


def _results(
    pool: ThreadPoolExecutor, submission: Path, wanted: Chosen
) -> Iterator[tuple[Lesson, LessonResult]]:
    slowness = measured_slowness()

    def judged(one: tuple[Lesson, list[str]]) -> LessonResult:
        lesson, tasks = one
        job = Job(lesson, submission, tuple(tasks), slowness=slowness, box=best_level())
        return run_lesson(job)

    if wanted:
        results = pool.map(judged, wanted)
    else:  # one by one: the first without full marks is the last
        wanted = [(lesson, []) for lesson in all_lessons()]
        results = (pool.submit(judged, one).result() for one in wanted)
    for (lesson, _), result in zip(wanted, results, strict=True):
        yield lesson, result


def _summary(screen: Console, results: list[LessonResult], seconds: float) -> None:
    if len(results) > 1:
        points, most = sum(r.points for r in results), sum(r.max_points for r in results)
        screen.print(f"\nAll together {points}/{most}.", highlight=False)
    screen.print(f"({seconds:.1f} s)", highlight=False)


def saved(submission: Path, lessons: list[Lesson]) -> dict[Path, int]:
    """Return when each file of these lessons was saved, in nanoseconds."""
    times = {}
    for lesson in lessons:
        for path in lesson_files(submission, lesson):
            with suppress(FileNotFoundError):  # an editor's own, or one that it is putting in place
                times[path] = path.stat().st_mtime_ns
    return times
