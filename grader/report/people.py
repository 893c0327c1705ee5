"""Who needs a person: what an instructor should look at before the marks go out."""

from __future__ import annotations

from dataclasses import dataclass

from grader.document import Document
from grader.report.alike import groups_alike, percent
from grader.results import UNGRADED, SubmissionResult

BROKE = "The grader failed"
REFUSED = "Could not be taken in"
LEFT = "Left processes running"
ALIKE = "Near-identical to another"
KINDS = (BROKE, REFUSED, LEFT, ALIKE)


@dataclass(frozen=True)
class Concern:
    """One thing to look at. id: of the submission; kind: one of KINDS; why: one line."""

    id: str
    kind: str
    why: str


def needs_a_person(document: Document) -> list[Concern]:
    """Return all concerns: in the order of KINDS, then of the submissions."""
    found = [one for submission in document.submissions for one in _of_one(submission)]
    found += _of_many(document)
    return sorted(found, key=lambda concern: KINDS.index(concern.kind))


def _of_one(submission: SubmissionResult) -> list[Concern]:
    found = []
    ungraded = [lesson.id for lesson in submission.lessons if lesson.state == UNGRADED]
    if ungraded:
        why = f"the grader failed on {', '.join(ungraded)}"
        found.append(Concern(submission.id, BROKE, why))
    for note in submission.notes:
        if note.startswith("not graded"):
            found.append(Concern(submission.id, REFUSED, note))
        elif "left running" in note:
            found.append(Concern(submission.id, LEFT, note))
    return found


def _of_many(document: Document) -> list[Concern]:
    found = []
    for group in groups_alike(document.alike):
        for name in group.ids:
            others = [other for other in group.ids if other != name]
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            why = f"{percent(group.share)} like {others[0]}{more} in {', '.join(group.lessons)}"
            found.append(Concern(name, ALIKE, why))
    return found
