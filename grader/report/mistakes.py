"""The same mistake made by many: which, by whom, and one transcript of it to show in class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.document import Document
from grader.results import GRADED, TaskResult

MANY = 2  # submissions, from which a mistake is not one person's


@dataclass
class SharedMistake:
    """A known mistake. task: the failure that shows it; who: the submissions' ids, in order."""

    id: str
    says: str
    lesson: str
    task: TaskResult
    who: list[str] = field(default_factory=list)


def shared_mistakes(document: Document) -> list[SharedMistake]:
    """Return the known mistakes that at least two submissions made, the commonest first."""
    found: dict[str, SharedMistake] = {}
    for name, lesson, task in _failures(document):
        one = found.setdefault(task.likely, SharedMistake(task.likely, task.says, lesson, task))
        if name not in one.who:
            one.who.append(name)
        if not one.task.transcript:
            one.task = task
    many = [one for one in found.values() if len(one.who) >= MANY]
    return sorted(many, key=lambda one: (-len(one.who), one.id))


def _failures(document: Document) -> Iterator[tuple[str, str, TaskResult]]:
    for submission in document.submissions:
        for lesson in submission.lessons:
            for task in lesson.failed if lesson.state == GRADED else ():
                if task.believed:
                    yield submission.id, lesson.id, task
