"""What was graded before: by the last run, and by one that was interrupted.

The rule: a result is taken over only if everything it was graded with is the same now.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.classrun.conditions import Key, key_of
from grader.classrun.journal import JOURNAL, read_journal
from grader.document import RESULTS, Document, read_document
from grader.errors import UserError
from grader.results import GRADED, LessonResult, SubmissionResult

BEFORE = "results.before.json"  # results.json as an unfinished run found it


@dataclass
class Earlier:
    """Earlier results. before: as the last whole run has left them, None if there was none.

    submissions: by id, with what an interrupted run has added; lessons: results by what they
    were graded with, as far as this run may take them over.
    """

    before: Document | None = None
    submissions: dict[str, SubmissionResult] = field(default_factory=dict)
    lessons: dict[Key, LessonResult] = field(default_factory=dict)

    def find(self, lesson_id: str, graded_with: dict[str, str]) -> LessonResult | None:
        """Return the earlier result of a lesson that was graded with the very same."""
        found = self.lessons.get(key_of(lesson_id, graded_with))
        return None if found is None else replace(found, cached=True)

    def result(self, submission: str, lesson_id: str) -> LessonResult | None:
        """Return what this submission had in this lesson, whatever it was graded with."""
        one = self.submissions.get(submission)
        known = one.lessons if one else []
        return next((lesson for lesson in known if lesson.id == lesson_id), None)


def read_earlier(out: Path, mode: str = "") -> Earlier:
    """Read what is in the folder of results. Raises UserError when results.json is not ours.

    mode: what makes this run grade again, such as --fresh: then only what an interrupted run
    of the same mode has done is taken over. A newer result takes the place of an older one.
    """
    document = _read(out / RESULTS)
    earlier = Earlier(_before(out, document))
    if document is not None:
        earlier.submissions = {one.id: one for one in document.submissions}
        if not mode:
            _add(earlier, (le for one in document.submissions for le in one.lessons))
    last_mode = mode
    for row_mode, submissions, result in read_journal(out):
        if mode and row_mode == mode != last_mode:
            earlier.lessons.clear()  # a run without it came between
        last_mode = row_mode
        if not mode or row_mode == mode:
            _add(earlier, [result])
        for name in submissions:
            _overlay(earlier.submissions, name, result)
    return earlier


def keep_before(out: Path) -> None:
    """Keep results.json as it is until this run has ended, to tell what has changed."""
    if (out / RESULTS).is_file() and not (out / JOURNAL).exists():
        shutil.copyfile(out / RESULTS, out / BEFORE)


def forget(out: Path) -> None:
    """A run has ended and all it did is in results.json: drop what was kept to go on from."""
    (out / JOURNAL).unlink(missing_ok=True)
    (out / BEFORE).unlink(missing_ok=True)


def _read(path: Path) -> Document | None:
    if not path.exists():
        return None
    try:
        return read_document(path)
    except UserError as error:
        raise UserError(f"{error}: move it away, or choose another --out") from None


def _before(out: Path, document: Document | None) -> Document | None:
    if not (out / JOURNAL).exists():
        return document
    return _read(out / BEFORE)  # the unfinished run found this, or nothing


def _add(earlier: Earlier, results: Iterable[LessonResult]) -> None:
    for result in results:
        if result.state == GRADED and result.graded_with:
            earlier.lessons[key_of(result.id, result.graded_with)] = result


def _overlay(known: dict[str, SubmissionResult], name: str, result: LessonResult) -> None:
    one = known.setdefault(name, SubmissionResult(name, ""))
    one.lessons = sorted([*(le for le in one.lessons if le.id != result.id), result], key=_id)


def _id(result: LessonResult) -> str:
    return result.id
