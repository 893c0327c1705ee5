"""Starts programs of submissions, as far apart from everything else as this machine allows.

The levels, tightest first. `isolated`: nothing else can be seen, reached or outlived.
`isolated-no-proc`: the same where a container forbids a /proc of one's own. `limited`: files are
kept apart (Landlock), network, processes and disk are not. `unprotected`: limits only; what is
graded runs with the rights of whoever grades.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from grader.box import walls
from grader.box.boxed import BoxedFamily
from grader.box.family import POSIX, Family
from grader.box.ground import Ground
from grader.box.limits import LIMITS, settings
from grader.box.streams import NO_STDIN, Streams

ISOLATED, NO_PROC, LIMITED, UNPROTECTED = LEVELS = (
    *("isolated", "isolated-no-proc", "limited", "unprotected"),
)
GROUP_FLAGS = 0 if POSIX else subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined]
USUAL_UMASK = 0o022  # whatever that of the grader is, see ground.py
QUIET = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
LANDLOCK = Path(__file__).with_name("landlock.py")


class Box:
    """How programs are started in this process. To be made before it has a second thread.

    Raises OSError where the system does not offer this level.
    """

    def __init__(self, level: str) -> None:
        self.level = level
        self.ground = Ground() if level in (ISOLATED, NO_PROC) else None
        self.place = Path(tempfile.gettempdir())

    @contextmanager
    def task(self) -> Iterator[Path]:
        """Give a task an empty folder, and a network of its own if the level has one."""
        if self.ground is not None:
            with self.ground.task() as self.place:
                yield self.place
        else:
            with _folder() as self.place:
                yield self.place

    @contextmanager
    def apart(self) -> Iterator[Path]:
        """Give an empty folder to programs that are trusted, and to no other."""
        if self.ground is not None:
            with self.ground.bounded("apart") as place:
                yield place
        else:
            with _folder() as place:
                yield place

    def give(self, folder: Path) -> None:
        """Make the files of a folder those of whoever runs in the box."""
        if self.ground is not None:
            self.ground.give(folder)

    @property
    def shown(self) -> Path | None:
        """A folder in which boxed programs find what we put there and cannot change it."""
        return self.ground.shown if self.ground is not None else None

    def start(
        self,
        command: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        *,
        stdin: int | IO[bytes] = subprocess.DEVNULL,
        terminal: int | None = None,
        limits: Mapping[str, int] = LIMITS,
    ) -> Family:
        """Start a program in a folder of the task, its stdout and stderr on pipes.

        stdin: as for Popen, or NO_STDIN for a closed one. terminal: the descriptor of one that is
        its stdin and stdout. Only from the thread that made the box: a boxed program ends with
        the thread that started it.
        """
        streams = Streams(stdin, terminal)
        try:
            if self.ground is None:
                words = self._plain_words(command, limits, stdin == NO_STDIN)
                family = Family(_popen(words, cwd=folder, env=env, **streams.for_popen()))
            else:
                options = walls.box_words(
                    folder,
                    self.place,
                    self.ground,
                    proc=self.level == ISOLATED,
                    terminal=terminal is not None,
                )
                family = self._start_boxed(options, command, limits, env, streams)
        finally:
            streams.are_given()
        family.stdin, family.stdout, family.stderr = streams.ours
        return family

    def _plain_words(
        self, command: Sequence[str], limits: Mapping[str, int], no_stdin: bool
    ) -> list[str]:
        if not POSIX:
            return list(command)
        start = 'exec "$@" <&-' if no_stdin else 'exec "$@"'
        words = ["/bin/sh", "-c", settings(limits) + start, "sh", *command]
        if self.level == LIMITED:
            words = [sys.executable, "-I", "-S", str(LANDLOCK), str(self.place), *words]
        return words

    def _start_boxed(
        self,
        options: Sequence[str],
        command: Sequence[str],
        limits: Mapping[str, int],
        env: Mapping[str, str],
        streams: Streams,
    ) -> Family:
        hidden = _in_memory(options)
        our_status, status = os.pipe()
        leash, our_leash = os.pipe()
        numbers = dict(zip(walls.DESCRIPTORS, (*streams.theirs, status, leash), strict=True))
        words = [*walls.as_nobody(), walls.bubblewrap() or "bwrap", "--args", str(hidden), "--"]
        words += walls.keeper(command, limits, numbers, no_stdin=streams.no_stdin)
        try:
            popen = _popen(words, env=env, pass_fds=(hidden, *numbers.values()), **QUIET)
            return BoxedFamily(popen, our_status, our_leash)
        finally:
            for descriptor in (hidden, status, leash):
                os.close(descriptor)

    def environment(self) -> dict[str, str]:
        """Return what a program may know of this process' environment: where things are."""
        if self.ground is not None:
            return {"PATH": walls.SYSTEM_PATH, "HOME": "/tmp"}
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
        return {name: os.environ[name] for name in kept if name in os.environ}

    def close(self) -> None:
        """Take away what it has made."""
        if self.ground is not None:
            self.ground.close()


BOXES: list[Box] = []


def open_box(level: str) -> Box:
    """Make the box of this process. Raises OSError where the system does not offer this level."""
    BOXES.append(Box(level))
    return BOXES[-1]


def the_box() -> Box:
    """Return the box of this process; where none was made (plain pytest), it is unprotected."""
    return BOXES[-1] if BOXES else open_box(UNPROTECTED)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kit-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _popen(words: Sequence[str], **settings: Any) -> subprocess.Popen[bytes]:
    if POSIX:
        settings |= {"start_new_session": True, "umask": USUAL_UMASK}
    return subprocess.Popen(words, creationflags=GROUP_FLAGS, **settings)


def _in_memory(options: Sequence[str]) -> int:
    """Return a descriptor from which bubblewrap reads its options: others can see command lines."""
    descriptor = os.memfd_create("options", 0)
    os.write(descriptor, b"".join(os.fsencode(word) + b"\0" for word in options))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
