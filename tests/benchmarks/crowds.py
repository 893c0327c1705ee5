"""Builds what is written in C, and drives the generator: one command, one answer.

Without a compiler, or a system whose calls the C knows (Linux), the crowd is the slow one in
Python, and the anchor in C is left out.
"""

from __future__ import annotations

import json
import math
import select
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from grader.course.catalogue import KIT
from tests.benchmarks.errors import Unmeasured

HERE = Path(__file__).resolve().parent
COMPILERS = ("cc", "gcc", "clang")
SLOWEST = 30.0  # seconds beyond what a command itself asks for

Answer = dict[str, float]


def build(source: Path, folder: Path) -> Path | None:
    """Compile one file into the folder; return the program, or None if that cannot be done."""
    compiler = next((name for name in COMPILERS if shutil.which(name)), None)
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    program = folder / source.stem
    words = [compiler, "-O2", "-o", str(program), str(source)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return program if done.returncode == 0 else None


def generator_words(folder: Path, slow: bool = False) -> list[str]:
    """Return the command of the crowd: the fast one if it can be built. slow: not even then."""
    program = None if slow else build(HERE / "generator" / "generator.c", folder)
    if program is not None:
        return [str(program)]
    return [sys.executable, "-m", "tests.benchmarks.generator.slow"]


class Crowd:
    """A generator at work. Use it as a context manager: it is ended at the end of `with`."""

    def __init__(self, words: list[str], port: int, protocol: str, size: int = 64) -> None:
        """size: bytes of each line that is said, without its end; see generator.c."""
        self.process = subprocess.Popen(
            [*words, str(port), protocol, str(size)],
            cwd=KIT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Crowd:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe
            pipe.close()

    def ask(self, *words: object, within: float = 0.0) -> Answer:
        """Give one command and return its answer. Raises Unmeasured if none comes."""
        command = " ".join(str(word) for word in words)
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin and stdout
        try:
            stdin.write(command.encode() + b"\n")
            stdin.flush()
        except OSError:
            raise Unmeasured(f"the generator has ended before '{command}'") from None
        if not select.select([stdout], [], [], within + SLOWEST)[0]:
            raise Unmeasured(
                f"the generator did not answer '{command}' in {within + SLOWEST:.0f} s"
            )
        line = stdout.readline()
        if not line:
            raise Unmeasured(f"the generator ended at '{command}'")
        answer: Answer = json.loads(line)
        return answer

    def join(self, number: int, at_once: int = 64, patience: float = 40.0) -> Answer:
        """Let the crowd grow to so many. Raises Unmeasured if the server does not let them in."""
        answer = self.ask("join", number, at_once, patience, within=patience)
        if answer["welcomed"] < number or answer["notices_due"] or answer["wrong_notices"]:
            raise Unmeasured(not_in(answer, number))
        return answer

    def chat(
        self,
        senders: int,
        window: int,
        seconds: float = 0.0,
        lines: int = 0,
        rate: float = 0.0,
        stall: float = 2.0,
    ) -> Answer:
        """Let so many talk, for some seconds or so many lines; see generator.c."""
        words = ("chat", senders, window, seconds, lines, rate, stall)
        return self.ask(*words, within=600.0 if lines else seconds)


def not_in(answer: Answer, number: int) -> str:
    """Say how a crowd of this number failed to come in."""
    if answer["welcomed"] < number:
        return f"{answer['welcomed']:.0f} of {number} welcomed in {answer['seconds']:.1f} s"
    if answer["wrong_notices"]:
        return f"{answer['wrong_notices']:.0f} wrong notices"
    return f"{answer['notices_due']:.0f} notices of who joined did not come"


def fault(answer: Answer) -> str:
    """Say what was wrong with the deliveries of an answer; nothing if all were right."""
    found = []
    if answer["garbled"]:
        share = 100 * answer["garbled"] / (answer["expected"] or math.inf)
        found.append(
            f"garbled {share:.1f} %" if share >= 0.05 else f"garbled {answer['garbled']:.0f}"
        )
    for key, word in (
        ("lost", "lost"),
        ("doubled", "doubled"),
        ("out_of_order", "out of order"),
        ("gone", "hung up on"),
        ("wrong_notices", "wrong notices"),
    ):
        if answer[key]:
            found.append(f"{word} {answer[key]:.0f}")
    if answer["stalled"]:
        found.append("stalled")
    return ", ".join(found)
