"""Keeps what is known of near-identical submissions in step with the class.

The rule: a lesson is compared again when, and only when, somebody's files in it are others than
when that was done last, whichever kind of run it was that graded them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from grader.classrun.alike import can_compare, find_alike
from grader.classrun.intake import Submission
from grader.course.lesson import Lesson
from grader.document import Document
from grader.results import SubmissionResult


def keep_alike(document: Document, before: Document | None) -> None:
    """Take over what was found before, but for who is not in the class any more."""
    known = {one.id for one in document.submissions}
    document.compared = dict(before.compared) if before else {}
    document.alike = [
        pair for pair in (before.alike if before else []) if {pair["a"], pair["b"]} <= known
    ]


def look_for_alike(
    document: Document, submissions: Sequence[Submission], lessons: Sequence[Lesson]
) -> None:
    """Say anew who has handed in nearly the same in these lessons, where files have changed."""
    now = {lesson.id: _compared(document.submissions, lesson.id) for lesson in lessons}
    stale = [lesson for lesson in lessons if document.compared.get(lesson.id) != now[lesson.id]]
    if not (stale and can_compare()):
        return
    folders = {one.id: one.folder for one in submissions if one.folder}
    looked_at = {lesson.id for lesson in stale}
    kept = [pair for pair in document.alike if pair["lesson"] not in looked_at]
    document.alike = kept + [asdict(pair) for pair in find_alike(folders, stale)]
    document.compared |= {name: now[name] for name in looked_at}


def _compared(results: Iterable[SubmissionResult], lesson_id: str) -> str:
    """Return a sha256 over who has handed in which files of a lesson."""
    digest = hashlib.sha256()
    for one in results:
        files = (le.graded_with.get("files", "") for le in one.lessons if le.id == lesson_id)
        digest.update(f"{one.id}\0{''.join(files)}\0".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
