"""Puts the results of a run into what was there before.

The rule: what this run did not look at stays as it was. A run of one lesson keeps the other
lessons, a replay of one submission keeps all others, an interrupted run keeps what it had not come
to. Only who is not in the class folder any more is left out, by a run of the whole class, and
changes.csv says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.classrun.earlier import Earlier
from grader.classrun.intake import Submission
from grader.classrun.run import ClassRun
from grader.course.lesson import Lesson
from grader.results import MISSING, LessonResult, SubmissionResult
from grader.submission import fingerprint


def merged(
    submissions: Sequence[Submission],
    lessons: Sequence[Lesson],
    run: ClassRun,
    earlier: Earlier,
    only: bool,
) -> list[SubmissionResult]:
    """Return the results of all submissions, sorted.

    lessons: all of the course. only: of some submissions that were asked for, so that what is
    known of any other stays.
    """
    found = {one.id: _result(one, lessons, run, earlier) for one in submissions}
    if only:
        rest = {name: one for name, one in earlier.submissions.items() if name not in run.results}
        found = {name: one for name, one in found.items() if name in run.results} | {
            name: _kept(found.get(name), one) for name, one in rest.items()
        }
    return [found[name] for name in sorted(found)]


def _kept(taken_in: SubmissionResult | None, one: SubmissionResult) -> SubmissionResult:
    if taken_in is not None and not one.sha256:
        return taken_in  # only the journal knew it
    return replace(one, lessons=[replace(le, cached=True) for le in one.lessons])


def lessons_of(submissions: Iterable[SubmissionResult], lessons: Sequence[Lesson]) -> list[Lesson]:
    """Return the lessons of the course in which anybody has a result."""
    known = {result.id for one in submissions for result in one.lessons}
    return [lesson for lesson in lessons if lesson.id in known]


def _result(
    one: Submission, lessons: Sequence[Lesson], run: ClassRun, earlier: Earlier
) -> SubmissionResult:
    results: list[LessonResult] = []
    for lesson in lessons:
        if result := run.results.get(one.id, {}).get(lesson.id):
            results.append(result)
        elif kept := earlier.result(one.id, lesson.id):
            results.append(replace(kept, cached=True))
    mark = fingerprint(one.folder, list(lessons)) if one.folder else ""
    before = earlier.submissions.get(one.id)
    late = dict(before.late) if before else {}  # until the rules are applied again
    whole = SubmissionResult(one.id, mark, results, list(one.notes), dict(one.person), late)
    _note_what_happened(whole, run)
    return whole


def _note_what_happened(whole: SubmissionResult, run: ClassRun) -> None:
    for lesson in whole.lessons:
        whole.notes += [f"{lesson.id}: {note}" for note in lesson.notes]
    missing = [lesson.id[:2] for lesson in whole.lessons if lesson.state == MISSING]
    if missing and len(missing) < len(whole.lessons):
        whole.notes.append(f"not handed in: {' '.join(missing)}")
    left = [work.lesson.id[:2] for work in run.works.values() if whole.id in work.takers]
    if left:
        whole.notes.append(f"the run was interrupted before it graded {' '.join(sorted(left))}")
