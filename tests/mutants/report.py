"""Says how the mutants of a lesson did: how many died, and each one that did not."""

from __future__ import annotations

from collections import Counter

from grader.course.lesson import Lesson
from tests.mutants.killing import EQUIVALENT, KILLED, STRUCK, SURVIVED, UNCLEAR, Fate


def report(lesson: Lesson, fates: list[Fate], sample: int, seconds: float) -> str:
    """Return the report as lines of text. sample: how many were asked for, 0 for all."""
    number = Counter(fate.state for fate in fates)
    judged = number[KILLED] + number[SURVIVED]
    share = f"{100 * number[KILLED] / judged:.1f} %" if judged else "none"
    rows = [
        f"{lesson.id}: {len(fates)} mutants{' (a sample)' if sample else ''}, {seconds:.0f} s",
        f"  killed {number[KILLED]}, survived {number[SURVIVED]}, "
        f"equivalent {number[EQUIVALENT]}, unclear {number[UNCLEAR]}; killed of those that differ: "
        f"{share}",
    ]
    for state in (SURVIVED, STRUCK, UNCLEAR, EQUIVALENT):
        rows += [f"  {state}:"] if number[state] else []
        rows += [_row(fate) for fate in fates if fate.state == state]
    return "\n".join(rows) + "\n"


def _row(fate: Fate) -> str:
    mutant = fate.subject.mutant
    reason = f"\n        {fate.by}" if fate.by else ""
    return (
        f"    {fate.subject.file}:{mutant.line} {mutant.function}: {mutant.what}"
        f"\n        {mutant.text}{reason}"
    )
