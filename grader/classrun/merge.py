"""Puts the results of a run into what was there before.

The rule: what this run did not look at stays as it was. A run of one lesson keeps the other
lessons, also of those who have not handed in this one; a replay of one submission keeps all others,
an interrupted run keeps what it had not come to. Only who is not in the class folder any more, and
has no result of a lesson that was not looked at, is left out, by a run of the whole class.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from grader.classrun.earlier import Earlier
from grader.classrun.intake import Submission
from grader.classrun.names import listed
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
    graded: Container[str],
) -> list[SubmissionResult]:
    """Return the results of all submissions, sorted.

    lessons: all of the course. only: of some submissions that were asked for, so that what is
    known of any other stays. graded: the ids of the lessons that this run looked at.
    """
    found = {one.id: _result(one, lessons, run, earlier, graded) for one in submissions}
    for name in () if only else earlier.submissions.keys() - found.keys():
        if kept := _without(graded, earlier.submissions[name]):
            found[name] = kept
    if only:
        rest = {name: one for name, one in earlier.submissions.items() if name not in run.results}
        found = {name: one for name, one in found.items() if name in run.results} | {
            name: _kept(found.get(name), one) for name, one in rest.items()
        }
    return [found[name] for name in sorted(found)]


def _without(graded: Container[str], one: SubmissionResult) -> SubmissionResult | None:
    """Return what somebody who is not here has in lessons that were not looked at, if anything."""
    rest = [replace(lesson, cached=True) for lesson in one.lessons if lesson.id not in graded]
    if all(lesson.state == MISSING for lesson in rest):
        return None
    late = {name: how for name, how in one.late.items() if name not in graded}
    return replace(one, lessons=rest, late=late)


def _kept(taken_in: SubmissionResult | None, one: SubmissionResult) -> SubmissionResult:
    if taken_in is not None and not one.sha256:
        return taken_in  # only the journal knew it
    return replace(one, lessons=[replace(le, cached=True) for le in one.lessons])


def absent_words(
    submissions: Sequence[Submission], results: Sequence[SubmissionResult], earlier: Earlier
) -> str:
    """Say who was in the last run and is not here, and what becomes of it; empty if all are."""
    here, known = {one.id for one in submissions}, {one.id for one in results}
    absent = sorted(earlier.submissions.keys() - here)
    kept, gone = ([one for one in absent if (one in known) is stays] for stays in (True, False))
    parts = [f"left out, with all results: {listed(gone)}"] if gone else []
    parts += [f"results of other lessons kept: {listed(kept)}"] if kept else []
    return f"Graded before, and not in the class folder now; {'; '.join(parts)}" if parts else ""


def lessons_of(submissions: Iterable[SubmissionResult], lessons: Sequence[Lesson]) -> list[Lesson]:
    """Return the lessons of the course in which anybody has a result."""
    known = {result.id for one in submissions for result in one.lessons}
    return [lesson for lesson in lessons if lesson.id in known]


def _result(
    one: Submission,
    lessons: Sequence[Lesson],
    run: ClassRun,
    earlier: Earlier,
    graded: Container[str],
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
    whole.submitted = {
        name: when
        for name, when in (before.submitted if before else {}).items()
        if name not in graded
    }
    if when := one.person.get("submitted"):
        handed_in = (le.id for le in results if le.id in graded and le.state != MISSING)
        whole.submitted |= dict.fromkeys(handed_in, when)
    _note_what_happened(whole, run)
    return whole


def _note_what_happened(whole: SubmissionResult, run: ClassRun) -> None:
    for lesson in whole.lessons:
        whole.notes += [f"{lesson.id}: {note}" for note in lesson.notes]
    missing = [lesson.id[:2] for lesson in whole.lessons if lesson.state == MISSING]
    if missing and len(missing) < len(whole.lessons):
        whole.notes.append(f"not handed in: {' '.join(missing)}")
    whole.unfinished = sorted(w.lesson.id for w in run.works.values() if whole.id in w.takers)
    if whole.unfinished:
        left = " ".join(lesson[:2] for lesson in whole.unfinished)
        whole.notes.append(f"the run was interrupted before it graded {left}")
