"""Makes a folder of results one run's own, and cleans up after a run that was killed.

The rule: the system lets go of the claim when its owner ends, however it ends; what the file
then still says is where the dead run has left its temporary files.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from grader.errors import UserError
from grader.judging.leftovers import end_processes_of

CLAIM = ".running"  # one line: process id and workshop of the run; empty when there is none
TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # by another run
PREFIX = "kit-class-"  # of a workshop

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def claimed(out: Path) -> Iterator[Path]:
    """Own the folder of results; gives a workshop: a folder for temporary files, gone afterwards.

    Raises UserError when another run owns it, or nothing can be written.
    """
    with _open(out) as file:
        _clean_up_after(file.read())
        workshop = _workshop()
        try:
            _write(file, f"{os.getpid()} {workshop}\n")
            yield workshop
        except BaseException:
            end_processes_of(workshop)
            raise
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
            _write(file, "")


def _open(out: Path) -> IO[str]:
    try:
        out.mkdir(parents=True, exist_ok=True)
        file = (out / CLAIM).open("a+", encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot write to {out}: {error.strerror}; choose another --out") from None
    file.seek(0)
    try:
        _lock(file)
    except OSError as error:
        owner = _owner(file)
        file.close()
        if error.errno not in TAKEN:
            raise UserError(
                f"cannot lock {out / CLAIM}: {error.strerror}; choose an --out on a local disk"
            ) from None
        raise UserError(
            f"another run (process {owner}) is writing to {out}: wait for it, or choose another "
            "--out"
        ) from None
    return file


def _owner(file: IO[str]) -> str:
    """Return the process id of the run that owns the folder, as far as it can be read."""
    try:
        return file.read().split(" ")[0] or "unknown"
    except OSError:  # Windows lets nobody read what somebody else has locked
        return "unknown"


def _workshop() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    except OSError as error:
        raise UserError(f"cannot make temporary files: {error.strerror}; set TMPDIR") from None


def _write(file: IO[str], text: str) -> None:
    try:
        file.seek(0)
        file.truncate()
        file.write(text)
        file.flush()
    except OSError as error:
        raise UserError(f"cannot write {file.name}: {error.strerror}") from None


def _clean_up_after(claim: str) -> None:
    """Remove the workshop of a run that was killed, and end what still runs in it."""
    workshop = Path(claim.strip().partition(" ")[2])
    if workshop.name.startswith(PREFIX) and workshop.is_dir():
        end_processes_of(workshop)
        shutil.rmtree(workshop, ignore_errors=True)
