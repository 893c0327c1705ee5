"""The one slider of a notebook. A still figure stands beside it, for pages that do not move.

The rule: the picture is bytes in a widget of its own. With an Output widget, as
ipywidgets.interactive has one, nbclient answers the kernel in the middle of a cell, and now and
then it misses the cell's end by that, until its time is over.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import ipywidgets  # type: ignore[import-untyped]
import matplotlib.pyplot as plt


def slider(
    draw: Callable[[int], object], name: str, values: list[int], start: int
) -> ipywidgets.VBox:
    """Return a slider over these values, with a picture that is drawn again when it is let go.

    draw: makes one figure of a value. name: what the slider says before it. start: the value
    that it stands at first.
    """
    choice = ipywidgets.SelectionSlider(
        options=values,
        value=start,
        description=name,
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "40em"},
    )
    picture = ipywidgets.Image(format="png")

    def redraw(_change: object) -> None:
        draw(choice.value)
        picture.value = _png()

    choice.observe(redraw, names="value")
    redraw(None)
    return ipywidgets.VBox([choice, picture])


def _png() -> bytes:
    """Return the figure that was drawn last, and close it: the notebook shows it no second time."""
    memory = io.BytesIO()
    plt.savefig(memory, format="png", bbox_inches="tight")
    plt.close()
    return memory.getvalue()
