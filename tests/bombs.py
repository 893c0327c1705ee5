"""Fork bombs, graded one after the other until Ctrl-C: the worst neighbours in a class."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from grader.box.box import ISOLATED, NO_PROC
from grader.box.levels import best_level
from grader.course.catalogue import find_lesson
from grader.judging.run import Job, end_running_suites, run_lesson
from grader.wire.process import heed_signals

BOMB = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
MOST = 10_000


def main() -> int:
    """Grade bombs; return the exit status, 2 where nothing would hold them."""
    heed_signals()
    level = best_level()
    if level not in (ISOLATED, NO_PROC):
        print(f"no bombs at the level {level}: they would take the whole machine", file=sys.stderr)
        return 2
    lesson = find_lesson("1")
    with tempfile.TemporaryDirectory(prefix="kit-bombs-") as folder:
        place = Path(folder, lesson.id)
        place.mkdir()
        (place / "server.py").write_text(BOMB)
        print("ready", flush=True)
        try:
            for seed in range(MOST):
                run_lesson(Job(lesson, place.parent, ("1.1",), seed, box=level))
        except KeyboardInterrupt:
            end_running_suites()
    return 0


if __name__ == "__main__":
    sys.exit(main())
