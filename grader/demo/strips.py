"""Rows of boxes along the bytes of a stream: who calls what a piece, one row each.

The rule: a box is as wide as it has bytes, so that boxes that stand below each other are the
same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

BOX = 0.72  # of a row's height
EDGE: Any = {"edgecolor": "black", "linewidth": 1.5}
FILLS = ("#56B4E9", "#E69F00")  # by turns; black letters are read on both
ROOM = 0.016  # of the axis; a letter needs about so much


def strips(axes: Axes, rows: Sequence[tuple[str, Sequence[tuple[str, int]]]]) -> None:
    """Draw rows of boxes, the first on top. A row: its name, and (words, size in bytes) a box.

    Words that do not fit into their box are left out.
    """
    whole = max(sum(size for _, size in boxes) for _, boxes in rows)
    for place, (_, boxes) in enumerate(rows):
        begin = 0
        for turn, (words, size) in enumerate(boxes):
            axes.barh(place, size, BOX, begin, color=FILLS[turn % 2], **EDGE)
            if len(words) * ROOM * whole <= size:
                axes.text(begin + size / 2, place, words, ha="center", va="center")
            begin += size
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.set(xlim=(0, whole), ylim=(len(rows) - 0.5, -0.5))
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
