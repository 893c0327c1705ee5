"""A lesson's finished program with some of its text changed, for a demonstration only.

The rule: what is replaced must stand there exactly once, so that no change goes astray.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.course.catalogue import SOLUTION, find_lesson
from grader.errors import UserError

Change = tuple[str, str, str]  # a file of the program, text in it, what is to stand there instead


@contextmanager
def copy_of(lesson: str, changes: Sequence[Change] = ()) -> Iterator[Path]:
    """Return a folder with a copy of the lesson's solution, changed, while the `with` lasts.

    Raises UserError for a lesson that there is not, and for text that does not stand there once.
    """
    with tempfile.TemporaryDirectory(prefix="demo-") as place:
        folder = Path(shutil.copytree(SOLUTION / find_lesson(lesson).id, Path(place) / "program"))
        for file, old, new in changes:
            _replace(folder / file, old, new)
        yield folder


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise UserError(f"{path.name} holds this text {text.count(old)} times, not once: {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")
