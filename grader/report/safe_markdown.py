"""Puts text from a student into Markdown so that it stays text.

The rule: such text stands in code, inline or fenced, with more backticks around it than it has
in it. In code there are no links, no HTML, no mentions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.visible import visible, visible_line


def code(text: str, room: int = 400) -> str:
    """Return the text as inline code, on one line."""
    shown = visible_line(text, room)
    if not shown.strip():
        return "`nothing`"
    ticks = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def fenced(lines: Iterable[str]) -> str:
    """Return the lines as a fenced block."""
    shown = "\n".join(visible(line) for line in lines)
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}text\n{shown}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
