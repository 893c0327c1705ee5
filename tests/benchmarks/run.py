"""One interleaved run: rounds outside, loads in them, targets inside.

So all targets of a load share the machine's moods, and a ratio within a round is worth more than
the figures themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from tests.benchmarks.errors import Unmeasured
from tests.benchmarks.loads import Load, Result
from tests.benchmarks.table import Table
from tests.benchmarks.targets import Target

DESCRIPTORS = 8192


def raise_limits() -> None:
    """Allow this process, and what it starts, as many descriptors as a thousand clients need."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def run(table: Table, words: list[str], rounds: int, tell: Callable[[str, str], None]) -> None:
    """Measure every load on every target that takes part in it, into the table.

    words: the generator's command. tell(which round, which cell) is called before each cell. A
    cell that fails leaves its reason; Ctrl-C ends the run with what has been measured.
    """
    began = time.monotonic()
    try:
        for number in range(1, rounds + 1):
            for load in table.load_list:
                for target in table.targets:
                    if load.name in target.loads and not target.missing:
                        tell(f"round {number} of {rounds}", f"{load.name}, {target.title}")
                        table.enter(load.name, target.name, number, measure(load, target, words))
            table.rounds = number
    except KeyboardInterrupt:
        tell(f"ended in round {table.rounds + 1}", "")
    table.seconds = time.monotonic() - began


def measure(load: Load, target: Target, words: list[str]) -> Result | str:
    """Measure one cell; return the words why not, if it cannot be done."""
    try:
        return load.measure(load, target, words)
    except Unmeasured as error:
        return str(error)
