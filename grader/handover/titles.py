"""Whether a title, as an instructor wrote it, names a lesson or the course.

`Lesson 3`, `lesson 03: threads`, `03_threads` and `Threads` all name 03_threads; a number says it
more surely than a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

COURSE = ["from", "echo", "to", "chat"]


def names_course(title: str) -> bool:
    """Whether the title names the course as a whole."""
    return _holds(_words(title), COURSE)


def naming_lesson(titles: Sequence[str], lesson_id: str) -> list[int]:
    """Return the places of the titles that name the lesson, in the surest way that any does."""
    number, *words = _words(lesson_id)
    for phrase in (["lesson", number], [number, *words], words):
        found = [n for n, title in enumerate(titles) if _holds(_words(title), phrase)]
        found = [n for n in found if phrase != words or not names_course(titles[n])]
        if found:
            return found
    return []


def lesson_named(title: str, ids: Sequence[str]) -> str:
    """Return the one lesson that the title names; empty if it names none, or several."""
    found = [one for one in ids if naming_lesson([title], one)]
    surely = [one for one in found if _words(one)[0] in _words(title)]
    named = surely or found
    return named[0] if len(named) == 1 else ""


def _words(title: str) -> list[str]:
    return [word.lstrip("0") for word in re.findall(r"[a-z]+|[0-9]+", title.casefold())]


def _holds(have: list[str], phrase: list[str]) -> bool:
    return any(have[n : n + len(phrase)] == phrase for n in range(len(have)))
