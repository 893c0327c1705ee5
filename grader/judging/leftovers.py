"""Finds and ends what a suite that was killed has left running.

A suite ends its programs itself; this is for the suite that could not. The rule: only a process
that was started for a folder of ours is ended: one whose TMPDIR lies in it, or that prints there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil


def end_processes_of(folder: Path) -> int:
    """End the processes that suites have started for this folder; return how many there were."""
    found = [one for one in psutil.process_iter() if folder in _places(one)]
    for process in found:
        with suppress(psutil.Error):
            process.kill()
    return len(found)


def _places(process: psutil.Process) -> Iterator[Path]:
    """Tell the folders that a process was started for, as far as the system lets us see."""
    if process.pid == os.getpid():
        return
    with suppress(psutil.Error, OSError):
        yield from _and_above(process.environ().get("TMPDIR", ""))
    with suppress(OSError):
        yield from _and_above(os.readlink(f"/proc/{process.pid}/fd/1"))


def _and_above(place: str) -> list[Path]:
    return [Path(place), *Path(place).parents] if os.path.isabs(place) else []
