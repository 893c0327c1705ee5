"""Figures for a lecture hall: large letters, few lines, colours for the colour-blind, too.

The rule: a figure says one thing, and its title says what. matplotlib is in the notebooks' group
of pyproject.toml only.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

# Of the palette of Okabe and Ito: they differ in lightness too, so also in print.
BLUE, ORANGE, SKY, GREY = "#0072B2", "#D55E00", "#56B4E9", "#777777"
WIDTH, HEIGHT = 11.0, 4.4  # inches
LETTERS = 16  # points
LOOK: dict[str, Any] = {
    "font.size": LETTERS,
    "axes.titlesize": LETTERS + 3,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 14,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 3,
    "lines.markersize": 9,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "figure.dpi": 110,
}


def figure(title: str, x: str, y: str, height: float = HEIGHT) -> Axes:
    """Begin a figure and return its axes, to be drawn in; the notebook shows it by itself.

    title: the message, as a sentence. x, y: what the axes count, with the unit.
    """
    plt.style.use(LOOK)
    axes = plt.figure(figsize=(WIDTH, height)).add_subplot()
    axes.set(title=title, xlabel=x, ylabel=y)
    return axes
