"""One lesson of a graded class as a map for the wall: a row a student, a column a task.

The rule: the letters alone say everything, the same ones as in the report's own map; the colours
only help to see it from afar.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from grader.demo.figures import BLUE, ORANGE, SKY
from grader.document import Document
from grader.report.heat import CELLS, states_of
from grader.results import CRASHED, FAILED, MISSING, NOT_RUN, PASSED, TIMEOUT, UNGRADED

# state -> what fills its cell, and the letter in it; they differ in lightness too
FILLS = {
    PASSED: ("#EAF3FA", "black"),
    FAILED: (ORANGE, "black"),
    CRASHED: (BLUE, "white"),
    TIMEOUT: ("#F0E442", "black"),
    NOT_RUN: ("#C8C8C8", "black"),
    MISSING: ("white", "black"),
    UNGRADED: (SKY, "black"),
}


def class_map(axes: Axes, document: Document, lesson: dict[str, Any]) -> dict[str, list[str]]:
    """Draw the lesson's states of all who handed it in; return them, by submission.

    lesson: one of the document's.
    """
    rows = {one.id: states_of(lesson, one) for one in document.submissions}
    rows = {name: states for name, states in rows.items() if set(states) != {MISSING}}
    for place, states in enumerate(rows.values()):
        for column, state in enumerate(states):
            _draw_cell(axes, column, place, state)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_xticks(range(len(lesson["tasks"])), [task["id"] for task in lesson["tasks"]])
    axes.set(xlim=(-0.5, len(lesson["tasks"]) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    axes.tick_params(length=0)
    seen = {state for states in rows.values() for state in states}
    axes.legend(handles=_legend(seen), loc="upper left", bbox_to_anchor=(0, -0.18), ncols=2)
    return rows


def _draw_cell(axes: Axes, column: int, row: int, state: str) -> None:
    fill, ink = FILLS[state]
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=fill, edgecolor="white"))
    axes.text(column, row, CELLS[state][0], ha="center", va="center", color=ink, weight="bold")


def _legend(seen: set[str]) -> list[Patch]:
    """Return a patch, with the letter and its meaning, for each state that occurs."""
    return [
        Patch(facecolor=FILLS[state][0], edgecolor="grey", label=f"{letter}  {words}")
        for state, (letter, _, words) in CELLS.items()
        if state in seen
    ]
