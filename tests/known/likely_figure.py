"""How often "Likely" names the mistake that a known wrong program makes, over many programs."""

from __future__ import annotations

from collections import Counter

from grader.results import LessonResult
from tests.known.catalogue import Program

OWN, NONE, ANOTHER = "its own mistake", "none", "another one"
Row = tuple[str, str, str, str]


def rows(program: Program, result: LessonResult) -> list[Row]:
    """Return for each failed task: the program, the task, whose mistake is named, its id."""
    return [
        (program.id, task.id, _whose(program, task.likely), task.likely) for task in result.failed
    ]


def _whose(program: Program, likely: str) -> str:
    if not likely:
        return NONE
    return OWN if likely == program.likely else ANOTHER


def in_words(found: list[Row]) -> list[str]:
    """Return the figure as a line of text, and a line for each task where another was named."""
    count = Counter(whose for _, _, whose, _ in found)
    figures = ", ".join(f"{whose} {count[whose]}" for whose in (OWN, NONE, ANOTHER))
    wrong = [f"  {who} {task}: {name}" for who, task, whose, name in found if whose == ANOTHER]
    return [f'"Likely" at {len(found)} failed tasks: {figures}', *wrong]
