"""python -m tests.benchmarks.grading [--tiny 20] [--whole 3] [--rounds 5] [--jobs 2] [--out DIR]

How long grading takes, beside what the same exchange costs without a grader, in one run:

- tiny: submissions of one echo server, graded by a suite with one task, in the box;
- floor: the same servers started, asked and ended by bare sockets, as many at a time;
- whole: right submissions of all ten lessons; again: the same class, unchanged;
- memory: the most that the process of a suite holds, but for what it shares with the others.

Prints figures and ratios (medians of the rounds) and writes grading.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.box.inside import bare_interpreter
from grader.box.levels import best_level
from grader.course.catalogue import KIT, SOLUTION
from grader.course.lesson import Lesson, load_lesson
from grader.judging.run import Job, run_lesson
from grader.judging.suite_process import warm_up
from grader.results import PASSED
from grader.wire.patience import measured_slowness

Figures = dict[str, float | str]
MIB = 1024 * 1024
LOOK_SECONDS = 0.2  # between two looks at how much memory is held
HELLO = b"hello\n"
SERVER = """import socket
listener = socket.create_server(("127.0.0.1", 0))
print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    peer, _ = listener.accept()
    while data := peer.recv(4096):
        peer.sendall(data)
    peer.close()
"""
FACTS = """title = "tiny"
result = "tiny"
minutes = 1
files = { edited = ["server.py"] }
[[tasks]]
id = "1.1"
title = "it echoes"
points = 1
read = "x"
hints = ["", "", ""]
"""
SUITE = """from grader.suite import task

pytest_plugins = ["grader.suite.plugin"]


@task("1.1")
def test_it_echoes(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"hello\\n")
    ann.gets_bytes(b"hello\\n")
"""


def main() -> int:
    """Measure, print, write; the exit status says nothing of the figures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.grading")
    parser.add_argument("--tiny", type=int, default=20, help="echo submissions a round")
    parser.add_argument("--whole", type=int, default=3, help="submissions of all lessons; 0: none")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2, help="lessons at the same time")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kit-bench-") as name:
        figures = tiny(Path(name), options.tiny, options.rounds, options.jobs)
        if options.whole:
            figures |= whole(Path(name), options.whole, options.jobs)
    for word, value in figures.items():
        print(f"{word:42} {value if isinstance(value, str) else format(value, '.3g'):>10}")
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "grading.json").write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def tiny(folder: Path, number: int, rounds: int, jobs: int) -> Figures:
    """Grade tiny submissions and do the same by hand, in turns."""
    lesson = make_tiny_lesson(folder)
    places = [make_tiny_submission(folder, one) for one in range(number)]
    level, slowness = best_level(), measured_slowness()

    def grade(place: Path) -> None:
        result = run_lesson(Job(lesson, place.parent, slowness=slowness, box=level))
        assert [task.state for task in result.tasks] == [PASSED], result

    warm_up()
    grade(places[0])  # it waits for the imports
    rows = []
    for _ in range(rounds):
        ours = watched(lambda: all_of(grade, places, jobs))
        floor = watched(lambda: all_of(by_hand, places, jobs))
        rows.append((ours.seconds / number, ours.cpu / number, ours.memory))
        rows[-1] += (floor.seconds / number, floor.cpu / number, ours.seconds / floor.seconds)
    wall, cpu, memory, floor_wall, floor_cpu, ratio = map(statistics.median, zip(*rows))
    return {
        "sandbox": level,
        "tiny: seconds a submission": wall,
        "tiny: CPU seconds a submission": cpu,
        "tiny: MiB of a suite's process": memory,
        "floor: seconds a submission": floor_wall,
        "floor: CPU seconds a submission": floor_cpu,
        "tiny to floor, wall": ratio,
    }


def whole(folder: Path, number: int, jobs: int) -> Figures:
    """Grade right submissions of all lessons with the command, twice."""
    for one in range(number):
        place = folder / "class" / f"student{one}"
        shutil.copytree(SOLUTION, place, ignore=shutil.ignore_patterns("__pycache__"))
        for server in place.glob("*/server.py"):  # or it would be taken over from a neighbour
            server.write_text(server.read_text() + f"# {one}\n")
    words = [sys.executable, "-m", "grader", "grade", str(folder / "class"), "--yes-unsafe"]
    words += ["--out", str(folder / "out"), "--jobs", str(jobs)]

    def grade() -> None:
        subprocess.run(words, cwd=KIT, check=True, capture_output=True)

    first, again = watched(grade), watched(grade)
    return {
        "whole: seconds a submission": first.seconds / number,
        "whole: CPU seconds a submission": first.cpu / number,
        "whole: MiB of a suite's process": first.memory,
        "again: seconds for the class": again.seconds,
    }


def make_tiny_lesson(folder: Path) -> Lesson:
    """Make a lesson with one task in the folder."""
    lesson = folder / "lessons" / "01_tiny"
    lesson.mkdir(parents=True)
    (lesson / "lesson.toml").write_text(FACTS)
    (lesson / "test_tiny.py").write_text(SUITE)
    return load_lesson(lesson)


def make_tiny_submission(folder: Path, number: int) -> Path:
    """Make a submission for it; return its folder for the lesson."""
    place = folder / "tiny" / str(number) / "01_tiny"
    place.mkdir(parents=True)
    (place / "server.py").write_text(SERVER)
    return place


def by_hand(place: Path) -> None:
    """Do what the suite asks for with nothing but a socket."""
    words = [bare_interpreter(place.parent), "server.py"]
    with subprocess.Popen(words, cwd=place, stdout=subprocess.PIPE) as server:
        assert server.stdout
        port = int(server.stdout.readline().rpartition(b":")[2])
        with socket.create_connection(("127.0.0.1", port)) as ann:
            ann.sendall(HELLO)
            assert ann.recv(100) == HELLO
        server.kill()


def all_of(act: Callable[[Path], None], places: Sequence[Path], jobs: int) -> None:
    """Do it for all of them, so many at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(act, places))


@dataclass
class Watched:
    """What something took. cpu: seconds of the whole machine, since a box hides its own."""

    seconds: float
    cpu: float
    memory: float


def watched(act: Callable[[], None]) -> Watched:
    """Do it, and see what it takes. memory: MiB, the most that a suite's process held."""
    over = threading.Event()
    most = [0.0]

    def look() -> None:
        while not over.wait(LOOK_SECONDS):
            most[0] = max(
                [most[0], *(suite_memory(one) for one in psutil.Process().children(True))]
            )

    watcher = threading.Thread(target=look)
    watcher.start()
    before, busy = time.monotonic(), busy_seconds()
    try:
        act()
    finally:
        seconds, cpu = time.monotonic() - before, busy_seconds() - busy
        over.set()
        watcher.join()
    return Watched(seconds, cpu, most[0])


def busy_seconds() -> float:
    """Return for how long the machine's processors have been busy, all together."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice)


def suite_memory(process: psutil.Process) -> float:
    """Return the MiB that a suite's process holds for itself; 0 if it is none."""
    try:
        if "forkserver" not in " ".join(process.cmdline()):
            return 0.0
        return float(process.memory_full_info().uss) / MIB
    except psutil.Error:
        return 0.0


if __name__ == "__main__":
    sys.exit(main())
