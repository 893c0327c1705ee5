"""python -m tests.benchmarks [--out DIR] [--rounds N] [--load NAME] [--target NAME] [--quick]

Measures all loads on all servers in one interleaved run, prints figures, ratios and the bars of
the finished chat, and writes benchmarks.json, benchmarks.md and a picture a load.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.status import Status

from grader.errors import UserError
from grader.terminal import console
from tests.benchmarks.bars import JUDGED, judge
from tests.benchmarks.crowds import generator_words
from tests.benchmarks.loads import LOADS, quick
from tests.benchmarks.plots import write_pictures
from tests.benchmarks.report import grid, markdown, notes, sections
from tests.benchmarks.run import raise_limits, run
from tests.benchmarks.table import Table
from tests.benchmarks.targets import all_targets


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write; return the exit status, which says nothing of the figures."""
    options = _options(arguments)
    terminal = console()
    raise_limits()
    try:
        table = _measured(options, terminal)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    is_judged = not options.quick and options.judge in {one.name for one in table.targets}
    verdicts = judge(table, options.judge) if is_judged else []
    for section in sections(table, verdicts, options.judge):
        terminal.print(grid(*section))
    for note in notes(table):
        terminal.print(note)
    options.out.mkdir(parents=True, exist_ok=True)
    table.write(options.out, [dataclasses.asdict(one) | {"words": one.words} for one in verdicts])
    pictures = write_pictures(table, options.out)
    report = markdown(table, verdicts, options.judge, pictures)
    (options.out / "benchmarks.md").write_text(report)
    names = f"benchmarks.md, benchmarks.json, {len(pictures)} pictures"
    terminal.print(f"Written to {options.out}: {names}", soft_wrap=True)
    return 0


def _measured(options: argparse.Namespace, terminal: Console) -> Table:
    """Build what is needed, measure what is asked for. Raises UserError for unknown names."""
    with tempfile.TemporaryDirectory() as built:
        targets = all_targets(Path(built))
        loads = [quick(load) if options.quick else load for load in LOADS]
        _check(options.load, [load.name for load in loads])
        _check([*options.target, options.judge], [target.name for target in targets])
        words = generator_words(Path(built), slow=options.slow_generator)
        table = Table(
            [load for load in loads if not options.load or load.name in options.load],
            [one for one in targets if not options.target or one.name in options.target],
            "Python, slow" if words[0] == sys.executable else "C",
        )
        with terminal.status("") as status:
            run(table, words, 1 if options.quick else options.rounds, Teller(terminal, status).tell)
    return table


def _check(wanted: list[str], known: list[str]) -> None:
    if unknown := sorted(set(wanted) - set(known)):
        raise UserError(f"no {', '.join(unknown)}; there are: {', '.join(known)}")


class Teller:
    """Says what is going on: a line that changes, or, where nobody looks, a line a round."""

    def __init__(self, terminal: Console, status: Status) -> None:
        self.terminal = terminal
        self.status = status
        self.last = ""

    def tell(self, where: str, what: str) -> None:
        """Say which round it is, and which cell of it."""
        self.status.update(f"{where}: {what}")
        if not self.terminal.is_terminal and where != self.last:
            self.terminal.print(where)
        self.last = where


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="where to write")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--load", action="append", default=[], help="only this one; may be repeated"
    )
    parser.add_argument("--target", action="append", default=[], help="only this one, likewise")
    parser.add_argument("--judge", default=JUDGED, help="the target that the bars are for")
    parser.add_argument("--quick", action="store_true", help="one small round: does all work?")
    parser.add_argument("--slow-generator", action="store_true", help="the one in Python")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
