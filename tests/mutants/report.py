"""Says how the mutants of a lesson did: how many died, and each one that did not."""

from __future__ import annotations

from collections import Counter

from grader.course.lesson import Lesson
from tests.mutants.killing import EQUIVALENT, KILLED, STRUCK, SURVIVED, UNCLEAR, UNSEEN, Fate
from tests.mutants.survivors import CONTRACT


def report(lesson: Lesson, fates: list[Fate], sample: int, seconds: float) -> str:
    """Return the report as lines of text. sample: how many were asked for, 0 for all."""
    number = Counter(fate.state for fate in fates)
    rows = [
        f"{lesson.id}: {len(fates)} mutants{' (a sample)' if sample else ''}, {seconds:.0f} s",
        *summary(fates),
    ]
    for state in (SURVIVED, STRUCK, UNCLEAR, UNSEEN, EQUIVALENT):
        rows += [f"  {state}:"] if number[state] else []
        rows += [_row(fate) for fate in fates if fate.state == state]
    return "\n".join(rows) + "\n"


def summary(fates: list[Fate]) -> list[str]:
    """Return the counts: of those that differ at all, and of those that break the contract."""
    number = Counter(fate.state for fate in fates)
    open_to_all = sum(fate.differs == CONTRACT for fate in fates)
    differ = number[KILLED] + number[SURVIVED] + number[UNSEEN]
    how = Counter(fate.differs for fate in fates if fate.differs)
    unseen = ", ".join(f"{word} {times}" for word, times in sorted(how.items()))
    return [
        f"  killed {number[KILLED]}, survived {number[SURVIVED]}, equivalent {number[EQUIVALENT]},"
        f" unseen {number[UNSEEN]}{f' ({unseen})' if unseen else ''}, unclear {number[UNCLEAR]}",
        f"  killed of those that differ: {_share(number[KILLED], differ)};"
        f" of those that break the contract: {_share(number[KILLED], differ - open_to_all)}",
    ]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


def _row(fate: Fate) -> str:
    mutant = fate.subject.mutant
    reason = f"\n        {fate.by}" if fate.by else ""
    return (
        f"    {fate.subject.file}:{mutant.line} {mutant.function}: {mutant.what}"
        f"\n        {mutant.text}{reason}"
    )
