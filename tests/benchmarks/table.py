"""What was measured: cells by load, target and round. Written as JSON, read by every report."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.loads import Load, Result
from tests.benchmarks.targets import Target


@dataclass
class Cell:
    """One load on one target, round by round; a round that could not be measured has an error."""

    load: str
    target: str
    rounds: dict[int, Result] = field(default_factory=dict)
    errors: dict[int, str] = field(default_factory=dict)

    def median(self, figure: str) -> float | None:
        """Return the median of one figure over the rounds."""
        values = [one.figures[figure] for one in self.rounds.values() if figure in one.figures]
        return median(values) if values else None

    def spread(self, figure: str) -> tuple[float, float] | None:
        """Return the smallest and the largest of one figure."""
        values = [one.figures[figure] for one in self.rounds.values() if figure in one.figures]
        return (min(values), max(values)) if values else None

    @property
    def fault(self) -> str:
        """What was wrong with deliveries in some round; the words of the last one."""
        return next((one.fault for one in reversed(self.rounds.values()) if one.fault), "")

    @property
    def error(self) -> str:
        """Why some round could not be measured, if one could not."""
        return next(iter(self.errors.values()), "")


class Table:
    """All cells of one run."""

    def __init__(self, loads: list[Load], targets: list[Target], generator: str) -> None:
        self.load_list = loads
        self.targets = targets
        self.generator = generator
        self.began = time.time()
        self.load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        self.seconds = 0.0
        self.rounds = 0
        self.cells: dict[tuple[str, str], Cell] = {}

    def enter(self, load: str, target: str, number: int, outcome: Result | str) -> None:
        """Take the result of a round, or the words why there is none."""
        cell = self.cells.setdefault((load, target), Cell(load, target))
        if isinstance(outcome, str):
            cell.errors[number] = outcome
        else:
            cell.rounds[number] = outcome

    def loads(self) -> set[str]:
        """Return the names of the loads that something was measured of."""
        return {load for load, _ in self.cells}

    def cell(self, load: str, target: str) -> Cell | None:
        """Return a cell, if it was measured at all."""
        return self.cells.get((load, target))

    def title(self, name: str) -> str:
        """Return what a target is called in the tables."""
        return next((target.title for target in self.targets if target.name == name), name)

    def missing(self, name: str) -> str:
        """Say why this target could not be measured; nothing if it could."""
        found = [target for target in self.targets if target.name == name]
        if not found:
            return "not measured"
        return f"{found[0].title}: {found[0].missing}" if found[0].missing else ""

    def by_round(self, load: str, target: str, figure: str) -> dict[int, float]:
        """Return one figure of a cell, by the number of its round."""
        cell = self.cells.get((load, target))
        rounds = cell.rounds if cell else {}
        return {
            number: one.figures[figure] for number, one in rounds.items() if figure in one.figures
        }

    def to_json(self, bars: list[dict[str, Any]]) -> str:
        """Return everything as JSON."""
        document = {
            "format": 1,
            "began": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.began)),
            "seconds": round(self.seconds, 1),
            "rounds": self.rounds,
            "generator": self.generator,
            "machine": {
                "system": platform.system(),
                "python": platform.python_version(),
                "processors": os.cpu_count(),
                "load_average": self.load_average,
            },
            "missing": {one.name: one.missing for one in self.targets if one.missing},
            "cells": [_cell_json(cell) for cell in self.cells.values()],
            "bars": bars,
        }
        return json.dumps(document, indent=1) + "\n"

    def write(self, folder: Path, bars: list[dict[str, Any]]) -> None:
        """Write benchmarks.json into a folder."""
        (folder / "benchmarks.json").write_text(self.to_json(bars))


def _cell_json(cell: Cell) -> dict[str, Any]:
    names = dict.fromkeys(name for one in cell.rounds.values() for name in one.figures)
    return {
        "load": cell.load,
        "target": cell.target,
        "fault": cell.fault,
        "median": {name: cell.median(name) for name in names},
        "rounds": [
            {"round": number, "fault": one.fault, **one.figures}
            for number, one in cell.rounds.items()
        ],
        "errors": [{"round": number, "error": text} for number, text in cell.errors.items()],
    }
