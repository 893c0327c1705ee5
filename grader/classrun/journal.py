"""The journal of a class run: a line for each lesson that was graded, on disk before it counts.

A run that was killed is continued from it. The rule: lines are only ever added; a half-written
last one is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from grader.errors import UserError
from grader.results import LessonResult

JOURNAL = "progress.jsonl"


class Journal:
    """Takes results down. mode: what makes this run grade again, such as --fresh.

    Raises UserError when nothing can be written: the disk is full, for instance.
    """

    def __init__(self, out: Path, mode: str) -> None:
        self.path = out / JOURNAL
        try:
            self.file = self.path.open("ab")
        except OSError as error:
            raise self._trouble(error) from None
        self._add({"mode": mode}, b"\n")  # first, an end to whatever a killed run was writing

    def keep(self, submissions: Sequence[str], result: LessonResult) -> None:
        """Take down the result of these submissions, which hold the same files."""
        self._add({"submissions": list(submissions), "lesson": result.to_json()})

    def _add(self, row: dict[str, Any], before: bytes = b"") -> None:
        try:
            self.file.write(before + json.dumps(row).encode() + b"\n")
            self.file.flush()
            os.fsync(self.file.fileno())
        except OSError as error:
            raise self._trouble(error) from None

    def _trouble(self, error: OSError) -> UserError:
        way_out = "mend that and give the same command again, it goes on from here"
        return UserError(f"cannot write {self.path}: {error.strerror}; {way_out}")

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.file.close()
        except OSError:
            pass  # the line that did not fit is tried once more; it has been reported


def read_journal(out: Path) -> Iterator[tuple[str, list[str], LessonResult]]:
    """Return mode, submissions and result of each line, in order; none if there is no journal."""
    path = out / JOURNAL
    mode = ""
    for line in path.read_bytes().splitlines() if path.is_file() else ():
        try:
            row = json.loads(line)
            if "mode" in row:
                mode = str(row["mode"])
            else:
                yield mode, list(row["submissions"]), LessonResult.from_json(row["lesson"])
        except (ValueError, KeyError, TypeError):
            continue
