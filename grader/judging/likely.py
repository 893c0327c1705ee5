"""Recognises a known mistake in a failed task: by how it failed, and by what else failed.

The rule: the first entry whose signs fit is named; no fit, no name. First come the mistakes that
Python itself has named, in whichever lesson, then those of the lesson. Where a task asks again
what an earlier lesson asked, that lesson's mistakes come last.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from grader.course.lesson import Lesson, Mistake, Sign, load_lesson, load_mistakes
from grader.judging.records import Record

ANYWHERE = Path(__file__).with_name("anywhere.toml")


@cache
def mistakes_anywhere() -> tuple[Mistake, ...]:
    """Return the mistakes that any Python program can make."""
    return load_mistakes(ANYWHERE)


def likely_mistake(lesson: Lesson, record: Record, states: Mapping[str, str]) -> Mistake | None:
    """Return the lesson's known mistake that this failure looks like, if there is one.

    states: the state of every task of the lesson, by id.
    """
    for mistake in (*mistakes_anywhere(), *lesson.mistakes):
        if not _company(mistake, states):
            continue
        if any(_fits(sign, record, record.task) for sign in mistake.signs):
            return mistake
    return _mistake_of_before(lesson, record)


def _mistake_of_before(lesson: Lesson, record: Record) -> Mistake | None:
    """Look among those of the lesson that asked first, but for what shows only in company."""
    if not record.scene or record.scene in lesson.by_id:
        return None
    number = int(record.scene.partition(".")[0])
    for folder in lesson.folder.parent.glob(f"{number:02}_*"):
        for mistake in load_lesson(folder).mistakes:
            if not mistake.failed and any(
                _fits(sign, record, record.scene) for sign in mistake.signs
            ):
                return mistake
    return None


def _company(mistake: Mistake, states: Mapping[str, str]) -> bool:
    bad = {task for task, state in states.items() if state not in ("passed", "not_run")}
    passed = {task for task, state in states.items() if state == "passed"}
    return set(mistake.failed) <= bad and set(mistake.passed) <= passed


def _fits(sign: Sign, record: Record, task: str) -> bool:
    return (
        sign.task in ("", task)
        and (not sign.kinds or record.kind in sign.kinds)
        and _found(sign.got, f"{record.got}\n{record.data}")
        and _found(sign.expected, record.expected)
        and _found(sign.stderr, "\n".join(record.tail))
        and _found(sign.who, record.message.partition(":")[0])
    )


def _found(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text, re.MULTILINE) is not None
