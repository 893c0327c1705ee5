"""The one slider of a notebook. A still figure stands beside it, for pages that do not move."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets  # type: ignore[import-untyped]


def slider(
    draw: Callable[[int], object], name: str, values: list[int], start: int
) -> ipywidgets.interactive:
    """Return a slider over these values that draws again when it is let go.

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

    def redraw(value: int) -> None:
        draw(value)

    return ipywidgets.interactive(redraw, value=choice)
