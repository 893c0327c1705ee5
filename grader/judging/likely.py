"""Recognises a known mistake in a failed task: by how it failed, and by what else failed.

The rule: the first entry of the lesson whose signs fit is named; no fit, no name.
"""

import re
from collections.abc import Mapping

from grader.course.lesson import Lesson, Mistake, Sign
from grader.judging.records import Record


def likely_mistake(lesson: Lesson, record: Record, states: Mapping[str, str]) -> Mistake | None:
    """Return the lesson's known mistake that this failure looks like, if there is one.

    states: the state of every task of the lesson, by id.
    """
    for mistake in lesson.mistakes:
        if not _company(mistake, states):
            continue
        if any(_fits(sign, record) for sign in mistake.signs):
            return mistake
    return None


def _company(mistake: Mistake, states: Mapping[str, str]) -> bool:
    bad = {task for task, state in states.items() if state not in ("passed", "not_run")}
    passed = {task for task, state in states.items() if state == "passed"}
    return set(mistake.failed) <= bad and set(mistake.passed) <= passed


def _fits(sign: Sign, record: Record) -> bool:
    return (
        sign.task == record.task
        and (not sign.kinds or record.kind in sign.kinds)
        and _found(sign.got, f"{record.got}\n{record.data}")
        and _found(sign.expected, record.expected)
        and _found(sign.stderr, "\n".join(record.tail))
        and _found(sign.who, record.message.partition(":")[0])
    )


def _found(pattern: str, text: str) -> bool:
    return not pattern or re.search(pattern, text, re.MULTILINE) is not None
