"""What the pytest process of a suite tells the grader: one line of JSON a task, as it happens.

The rule: only a record counts. A task without one was not judged, and that is the grader's
affair, never a pass and never the student's zero.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Record:
    """The outcome of one task, before points, titles and likely mistakes are added."""

    task: str
    state: str
    seconds: float = 0.0
    message: str = ""
    kind: str = ""
    who: str = ""
    expected: str = ""
    got: str = ""
    data: str = ""  # the bytes that came, as a repr
    transcript: list[list[Any]] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    status: str = ""
    needs: list[str] = field(default_factory=list)
    under: list[str] = field(default_factory=list)
    left_running: int = 0
    detail: str = ""
    scene: str = ""  # the task of an earlier lesson that was asked again, if it was one


def append_record(path: Path, record: Record) -> None:
    """Add one record to the file, in one write."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(record)) + "\n")


def read_records(path: Path) -> dict[str, Record]:
    """Return the records by task; a half-written last line is passed over."""
    records = {}
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for line in lines:
        try:
            record = Record(**json.loads(line))
        except (ValueError, TypeError):
            continue
        records[record.task] = record
    return records
