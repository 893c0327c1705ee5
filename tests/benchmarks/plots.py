"""One picture a load: a bar for each target's median, a thin line from its worst to its best round.

Plain SVG, written by hand: no library, and nothing to load when it is looked at.
"""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

from tests.benchmarks.loads import Load
from tests.benchmarks.report import amount
from tests.benchmarks.table import Cell, Table

ROW, LEFT, WIDE, RIGHT, TOP = 26, 170, 420, 110, 40
COLOURS = {"stage": "#2a6f97", "other": "#9aa5b1", "faulty": "#c8553d"}


def picture(table: Table, load: Load) -> str | None:
    """Return the picture of a load's first figure (of light: p99), or None if there is nothing."""
    figure = "p99" if load.name == "light" else next(iter(load.shows))
    title, unit = load.shows[figure]
    rows = []
    for target in table.targets:
        cell = table.cell(load.name, target.name)
        if cell is not None and (value := cell.median(figure)):
            rows.append((target.title, cell, value))
    if not rows:
        return None
    least, most = _range([spread for _, cell, _ in rows if (spread := cell.spread(figure))])
    height = TOP + ROW * len(rows) + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDE + RIGHT}" height="{height}" '
        f'font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="8" y="20" font-size="14">{escape(f"{load.name}: {load.says}")} '
        f'<tspan fill="#666">({escape(title)}, logarithmic)</tspan></text>',
    ]
    for number, (name, cell, value) in enumerate(rows):
        lines += _row(TOP + ROW * number, name, cell, figure, amount(value, unit), (least, most))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _range(spreads: list[tuple[float, float]]) -> tuple[float, float]:
    """Return whole powers of ten around all values."""
    least = min(max(low, 1e-9) for low, _ in spreads)
    most = max(high for _, high in spreads)
    low, high = math.floor(math.log10(least) - 0.05), math.ceil(math.log10(max(most, least)))
    return 10.0**low, 10.0 ** max(high, low + 1)


def _row(
    top: int, name: str, cell: Cell, figure: str, words: str, scale: tuple[float, float]
) -> list[str]:
    spread, value = cell.spread(figure), cell.median(figure)
    assert spread and value
    kind = "faulty" if cell.fault else "stage" if name.startswith("stage") else "other"
    place, low, high = (_place(one, scale) for one in (value, *spread))
    middle = top + ROW // 2
    words = f"{words}, {cell.fault}" if cell.fault else words
    return [
        f'<text x="{LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{top + 4}" width="{place:.1f}" height="{ROW - 8}" '
        f'fill="{COLOURS[kind]}"/>',
        f'<line x1="{LEFT + low:.1f}" x2="{LEFT + high:.1f}" y1="{middle}" y2="{middle}" '
        f'stroke="#222"/>',
        f'<text x="{LEFT + max(place, high) + 6:.1f}" y="{middle + 4}">{escape(words)}</text>',
    ]


def _place(value: float, scale: tuple[float, float]) -> float:
    low, high = scale
    return WIDE * math.log(max(value, low) / low) / math.log(high / low)


def write_pictures(table: Table, folder: Path) -> list[str]:
    """Write a picture for every load that was measured; return the names of the files."""
    names = []
    for load in table.load_list:
        drawn = picture(table, load)
        if drawn is not None:
            names.append(f"{load.name}.svg")
            (folder / names[-1]).write_text(drawn)
    return names
