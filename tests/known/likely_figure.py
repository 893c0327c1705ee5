"""How often "Likely" names the mistake that a known wrong program makes, over many programs."""

from __future__ import annotations

from collections import Counter

from grader.results import LessonResult, TaskResult
from tests.known.catalogue import Program

OWN, NONE, ANOTHER = "its own mistake", "none", "another one"
PERHAPS = "that it may go with an earlier one"
Row = tuple[str, str, str, str]


def rows(program: Program, result: LessonResult) -> list[Row]:
    """Return for each failed task: the program, the task, whose mistake is named, its id."""
    return [(program.id, task.id, _whose(program, task), task.likely) for task in result.failed]


def _whose(program: Program, task: TaskResult) -> str:
    if task.mend_first:
        return PERHAPS
    if not task.likely:
        return NONE
    return OWN if task.likely == program.likely else ANOTHER


def in_words(found: list[Row]) -> list[str]:
    """Return the figure as a line of text, and a line for each task where another was named."""
    count = Counter(whose for _, _, whose, _ in found)
    figures = ", ".join(f"{whose} {count[whose]}" for whose in (OWN, PERHAPS, NONE, ANOTHER))
    wrong = [f"  {who} {task}: {name}" for who, task, whose, name in found if whose == ANOTHER]
    return [f'"Likely" at {len(found)} failed tasks: {figures}', *wrong]
