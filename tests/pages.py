"""Makes those parts of the pages that are computed: schedules, counts, the picture of the chat.

    python -m tests.pages        makes them again, each between its marks

The rule: a number about the kit stands in such a part, or a test compares it.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Iterable

from grader.course.catalogue import KIT, LESSONS, all_lessons, find_lesson
from grader.course.lesson import Lesson
from grader.judging.likely import mistakes_anywhere
from tests.known.catalogue import KNOWN, programs
from tests.picture import picture

README = KIT / "README.md"
INSTRUCTORS = LESSONS / "INSTRUCTORS.md"
TALK = 20  # minutes of talk and notebook before a lesson's work
ONE_DAY = (1, 2, 4)  # the lessons of a workshop
A_MEETING = 120  # minutes of work in one week of a term, at the most


def one_day() -> str:
    """Return the schedule of a workshop."""
    chosen = [lesson for lesson in all_lessons() if lesson.number in ONE_DAY]
    return schedule("part", ((lesson, lesson.minutes) for lesson in chosen))


def two_weeks() -> str:
    """Return the schedule of ten working days, a lesson each."""
    return schedule("day", ((lesson, lesson.minutes) for lesson in all_lessons()))


def term() -> str:
    """Return the schedule of a term in which long lessons take two weeks."""
    return schedule("week", (part for lesson in all_lessons() for part in parts(lesson)))


def parts(lesson: Lesson) -> Iterable[tuple[Lesson, int]]:
    """Yield the lesson with the minutes of each meeting that it takes."""
    meetings = -(-lesson.minutes // A_MEETING)
    for number in range(meetings):
        yield (
            lesson,
            (number + 1) * lesson.minutes // meetings - number * lesson.minutes // meetings,
        )


def schedule(unit: str, meetings: Iterable[tuple[Lesson, int]]) -> str:
    """Return a table of meetings. A lesson is talked about when it begins."""
    rows, seen, talked, worked = [], set(), 0, 0
    for number, (lesson, minutes) in enumerate(meetings, 1):
        talk = 0 if lesson.id in seen else TALK
        name = lesson.id.replace("_", " ") + (", continued" if lesson.id in seen else "")
        rows.append(f"| {number} | {name} | {talk or ''} | {minutes} |")
        seen.add(lesson.id)
        talked, worked = talked + talk, worked + minutes
    hours, rest = divmod(talked + worked, 60)
    whole = f"all: {hours} h {rest} min" if rest else f"all: {hours} h"
    head = [
        f"| {unit} | lesson | talk and notebook, minutes | work, minutes |",
        "|---|---|---|---|",
    ]
    return "\n".join([*head, *rows, f"| | **{whole}** | {talked} | {worked} |"])


def course() -> str:
    """Return what all lessons come to."""
    lessons = all_lessons()
    hours, rest = divmod(sum(lesson.minutes for lesson in lessons), 60)
    points = sum(lesson.points for lesson in lessons)
    tasks = sum(len(lesson.tasks) for lesson in lessons)
    work = f"{hours} hours {rest} minutes of work"
    return f"All of it: {work}, {tasks} graded tasks, {points} points."


def numbers() -> str:
    """Return what the kit's own tests hold against its suites, counted."""
    lessons = all_lessons()
    attacks = tomllib.loads((KNOWN / "attacks.toml").read_text(encoding="utf-8"))["attack"]
    mistakes = len(mistakes_anywhere()) + sum(len(lesson.mistakes) for lesson in lessons)
    wrong, odd = programs("wrong"), programs("odd")
    tasks = sum(len(lesson.tasks) for lesson in lessons)
    rows = [
        (len(wrong), "known wrong programs, each with the tasks that it must fail"),
        (tasks, "graded tasks: at least one of these programs fails each of them"),
        (mistakes, "mistakes that a report can name, each shown by one of these programs"),
        (len(odd), "odd but right programs that must get full marks: coroutines, C, Perl, ..."),
        (len(attacks), "attacks by hostile submissions that the sandbox must contain"),
    ]
    head = ["| how many | held against the suites by `make test`, `make catalogue` |", "|---:|---|"]
    table = [*head, *(f"| {count} | {what} |" for count, what in rows)]
    return "\n".join([*table, "", tutorial()])


def tutorial() -> str:
    """Return how the server that most people start from does in the lesson about a room."""
    (known,) = (one for one in programs("wrong", "04_broadcast") if one.name == "tutorial")
    tasks = len(find_lesson("4").tasks)
    return (
        "One of the wrong ones is the chat server of many a tutorial. It works when two people\n"
        f"try it, and fails {len(known.fails)} of the {tasks} tasks of lesson 04."
    )


QUICK: dict[str, tuple[str, Callable[[], str]]] = {
    "course": (README.name, course),
    "numbers": (README.name, numbers),
    "one day": (INSTRUCTORS.name, one_day),
    "two weeks": (INSTRUCTORS.name, two_weeks),
    "term": (INSTRUCTORS.name, term),
}
PLAYED = {"picture": (README.name, picture)}  # takes a second or two
PAGES = {page.name: page for page in (README, INSTRUCTORS)}


def between(name: str, text: str) -> str:
    """Return what stands between the marks. Raises ValueError if they are not there."""
    _, begin, rest = text.partition(f"<!-- {name} -->\n")
    part, end, _ = rest.partition(f"<!-- /{name} -->")
    if not begin or not end:
        raise ValueError(f"there are no marks <!-- {name} --> and <!-- /{name} -->")
    return part.rstrip("\n")


def main() -> int:
    """Write every part that is out of step, and say which."""
    for name, (page, make) in (QUICK | PLAYED).items():
        text = PAGES[page].read_text(encoding="utf-8")
        new = make()
        if new != between(name, text):
            before, begin, rest = text.partition(f"<!-- {name} -->\n")
            after = rest[rest.index(f"<!-- /{name} -->") :]
            page_text = f"{before}{begin}{new}\n{after}"
            PAGES[page].write_text(page_text, encoding="utf-8", newline="\n")
            print(f"made {name!r} in {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
