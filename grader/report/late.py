"""How lateness changed a mark, in sentences for its author."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grader.results import MISSING, LessonResult, SubmissionResult

Late = dict[str, Any]  # see SubmissionResult.late


def late_words(one: SubmissionResult) -> str:
    """Return a sentence, one for each lesson where they differ; nothing if all was in time."""
    here = [lesson for lesson in one.lessons if lesson.state != MISSING]
    sentences = []
    for late, names in alike_late(one, here):
        its = [lesson for lesson in here if lesson.id in names]
        points, mark = sum(lesson.points for lesson in its), sum(map(one.mark_in, its))
        where = "" if len(its) == len(here) else f"{', '.join(names)}: "
        sentences.append(where + _sentence(late, points, mark))
    return " ".join(sentences)


def alike_late(
    one: SubmissionResult, lessons: Sequence[LessonResult]
) -> list[tuple[Late, list[str]]]:
    """Return what lateness did to these lessons, each with the ids of those that it did it to."""
    found: list[tuple[Late, list[str]]] = []
    for lesson in lessons:
        late = one.late.get(lesson.id)
        if late and (same := next((names for known, names in found if known == late), None)):
            same.append(lesson.id)
        elif late:
            found.append((late, [lesson.id]))
    return found


def _sentence(late: Late, points: int, mark: float) -> str:
    words = f"Handed in {late['submitted']}" if late.get("submitted") else "Handed in late"
    days = late.get("days", 0)
    if days:
        words += f", {days} {'day' if days == 1 else 'days'} late"
    if late.get("percent"):
        words += f": {late['percent']:g} % off, so that {points} becomes {round(mark, 2):g}"
    else:
        words += ": nothing is taken off"
    reason = late.get("reason", "")
    return f"{words} ({reason})." if reason else f"{words}."
