"""The tables that people read: on the terminal, and the same in benchmarks.md."""

from __future__ import annotations

from statistics import median

from rich.table import Table as Grid

from tests.benchmarks.bars import Verdict, ratios
from tests.benchmarks.loads import Load
from tests.benchmarks.table import Cell, Table

BESIDE = {"stream": "04", "busy": "04", "alone": "04", "light": "tutorial", "file": "relay"}
Rows = list[list[str]]


def amount(value: float | None, unit: str) -> str:
    """Return a figure with its unit, three digits of it."""
    if value is None:
        return "-"
    if unit == "/s":
        for limit, letter in ((1e6, "M"), (1e3, "k")):
            if value >= limit:
                return f"{_three(value / limit)} {letter}/s"
    if not unit:
        return f"{100 * value:.{0 if value in (0, 1) else 1}f} %"
    return f"{_three(value)} {unit}"


def _three(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:.{digits}f}"


def rows_of(table: Table, load: Load) -> tuple[list[str], Rows]:
    """Return the head and the rows of one load: figures, the ratio to another, what was wrong."""
    figures = list(load.shows.items())
    beside = BESIDE.get(load.name)
    head = ["", *(title for _, (title, _) in figures)]
    if beside:
        head.append(f"to {table.title(beside)}")
    head.append("")
    rows = []
    for target in table.targets:
        cell = table.cell(load.name, target.name)
        if cell is None:
            continue
        row = [target.title, *(amount(cell.median(name), unit) for name, (_, unit) in figures)]
        if beside:
            row.append(_ratio(table, load.name, target.name, beside, figures))
        rows.append([*row, _remark(cell)])
    return head, rows


def _ratio(
    table: Table, load: str, target: str, beside: str, figures: list[tuple[str, tuple[str, str]]]
) -> str:
    figure = "p99" if load == "light" else figures[0][0]
    values = ratios(table, load, (target, figure), (beside, figure))
    return f"{_three(median(values))} x" if values else "-"


def _remark(cell: Cell) -> str:
    share = cell.median("generator_share") or 0
    return "; ".join(
        words
        for words in (
            cell.fault,
            cell.error,
            f"a floor: the generator was busy for {share:.0%}" if share > 0.8 else "",
        )
        if words
    )


def rows_of_bars(verdicts: list[Verdict]) -> tuple[list[str], Rows]:
    """Return the head and the rows of the bars."""
    rows = []
    for one in verdicts:
        bound = one.bar.at_least if one.bar.at_least is not None else one.bar.at_most
        assert bound is not None
        how = "at least" if one.bar.at_least is not None else "at most"
        times = " x" if one.bar.of or one.bar.figure == "relation" else ""
        value = "-" if one.value is None else f"{_three(one.value)}{times}"
        rows.append([one.bar.load, f"{how} {bound:g}{times} {one.bar.says}", value, one.words])
    return ["", "bar", "measured", ""], rows


def sections(
    table: Table, verdicts: list[Verdict], judged: str
) -> list[tuple[str, list[str], Rows]]:
    """Return all tables, each with its title."""
    found = []
    for load in table.load_list:
        head, rows = rows_of(table, load)
        if rows:
            found.append((f"{load.name}: {load.says}", head, rows))
    if verdicts:
        found.append(
            (f"the bars of the finished chat, for {table.title(judged)}", *rows_of_bars(verdicts))
        )
    return found


def notes(table: Table) -> list[str]:
    """Return what one must know to read the figures."""
    lines = [
        f"{table.rounds} rounds, {table.seconds:.0f} s; medians; a ratio is the median of the "
        "rounds' own ratios. A line is in flight until everybody else has it; every delivery was "
        "compared byte by byte. Lines of 64 bytes, where nothing else is said."
    ]
    if table.load_average > 0.5:
        lines.append(
            f"Others were at work before this began (load average {table.load_average:.1f}): "
            "ratios say more than figures, and p99 says little."
        )
    if "Python" in table.generator:
        lines.append("The generator is the slow one in Python: all rates are floors.")
    lines += [f"Left out: {one.title}, {one.missing}." for one in table.targets if one.missing]
    return lines


def grid(title: str, head: list[str], rows: Rows) -> Grid:
    """Return one table for the terminal."""
    shown = Grid(title=title, title_justify="left")
    for number, name in enumerate(head):
        is_figure = 0 < number < len(head) - 1 and name != "bar"
        shown.add_column(name, justify="right" if is_figure else "left", no_wrap=number == 0)
    for row in rows:
        shown.add_row(*row)
    return shown


def markdown(table: Table, verdicts: list[Verdict], judged: str, pictures: list[str]) -> str:
    """Return the whole report as Markdown. pictures: names of files beside it."""
    parts = ["# Benchmarks", *notes(table)]
    for title, head, rows in sections(table, verdicts, judged):
        lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
        lines += [f"| {' | '.join(row)} |" for row in rows]
        parts += [f"## {title}", "\n".join(lines)]
        name = title.partition(":")[0]
        parts += [f"![{name}]({picture})" for picture in pictures if picture == f"{name}.svg"]
    return "\n\n".join(parts) + "\n"
