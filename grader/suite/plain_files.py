"""Plain files in a task's folder, to which a program of the submission can write as well.

The rule: no link is followed, and nothing but a plain file is opened. The harness may do more
than the program may, and a link would lead it wherever the program likes.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from grader.box.family import POSIX
from grader.wire.failure import Kind
from grader.wire.stage import Stage

Place = tuple[str | Path, int | None]  # a name and the descriptor of its folder, or a path
FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
# A pipe would be waited for, were it not for O_NONBLOCK; O_BINARY is for Windows.
CAREFUL = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))


@contextmanager
def file_with(data: bytes) -> Iterator[IO[bytes]]:
    """Give an open file with these bytes, at its beginning; nobody else can find it."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


def puts_file(stage: Stage, path: Path, data: bytes) -> None:
    """Write a file into the task's folder; it costs the task if the program is in the way."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with _in_its_folder(stage, path) as place, os.fdopen(_opened(place, flags), "wb") as file:
        file.write(data)


def makes_folder(stage: Stage, path: Path) -> None:
    """Make a folder in the task's folder, if it is not there."""
    with _in_its_folder(stage, path) as (name, where):
        try:
            os.mkdir(name, dir_fd=where)
        except FileExistsError:
            if not stat.S_ISDIR(os.stat(name, dir_fd=where, follow_symlinks=False).st_mode):
                raise


def links(stage: Stage, path: Path, target: Path) -> None:
    """Make a symbolic link; where the system does not let us, there is none, and no harm done."""
    with suppress(OSError, NotImplementedError), _opened_folder(stage, path) as (name, where):
        os.symlink(target, name, dir_fd=where)


def makes_a_pipe(stage: Stage, path: Path) -> None:
    """Make a named pipe, which nobody writes into; where the system has none, there is nothing."""
    lacking = (AttributeError, NotImplementedError)  # on Windows, and on older macOS
    with suppress(OSError, *lacking), _opened_folder(stage, path) as (name, where):
        os.mkfifo(name, dir_fd=where)


def removes_file(stage: Stage, path: Path) -> None:
    """Remove a file from the task's folder."""
    with _in_its_folder(stage, path) as (name, where):
        os.unlink(name, dir_fd=where)


def plain_bytes(stage: Stage, path: Path, most: int) -> bytes | None:
    """Return the first `most` bytes of a plain file; None if there is none."""
    with (
        suppress(OSError),
        _opened_folder(stage, path) as place,
        os.fdopen(_opened(place, os.O_RDONLY), "rb") as file,
    ):
        return file.read(most)
    return None


@contextmanager
def _in_its_folder(stage: Stage, path: Path) -> Iterator[Place]:
    try:
        with _opened_folder(stage, path) as place:
            yield place
    except OSError as error:
        wanted = f"the test to be let put a file at {path.name!r}"
        raise stage.fail(Kind.DIFFERENT, "grader", wanted, str(error.strerror)) from None


@contextmanager
def _opened_folder(stage: Stage, path: Path) -> Iterator[Place]:
    """Yield the name of a file and its folder, opened step by step; the path where none can be."""
    if not POSIX:
        yield path, None
        return
    tops = (stage.folder.parent, stage.apart)  # nobody can put something else in their place
    top = next(one for one in tops if path.is_relative_to(one))
    where = os.open(top, FOLDER)
    try:
        for part in path.parent.relative_to(top).parts:
            inner = os.open(part, FOLDER | CAREFUL, dir_fd=where)
            os.close(where)
            where = inner
        yield path.name, where
    finally:
        os.close(where)


def _opened(place: Place, flags: int) -> int:
    """Return the descriptor of a plain file. Raises OSError for anything else."""
    name, where = place
    descriptor = os.open(name, flags | CAREFUL, 0o666, dir_fd=where)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "there is something that is no file")
    return descriptor
