"""Grades on a cluster: dask.distributed sends each lesson to a worker, and once more if one dies.

Without a scheduler's address it makes a cluster of processes on this machine, on loopback. No
suite runs in a worker's own threads: each has a process, as everywhere.
"""

from __future__ import annotations

import functools
import logging
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from grader.classrun.engine import Tell, Work, longest_of
from grader.classrun.remote import grade_there
from grader.errors import UserError
from grader.judging.leftovers import end_processes_of
from grader.judging.score import lesson_result
from grader.results import LessonResult
from grader.submission import lesson_files

try:
    import dask
    from distributed import Client, KilledWorker, LocalCluster
except ModuleNotFoundError as missing:
    raise UserError(
        f"--engine dask needs {missing.name}, which this Python has not: make full, "
        "or pip install distributed"
    ) from None

CONNECT_SECONDS = 20
WORKERS_MAY_HAVE_CHILDREN = {"distributed.worker.daemon": False}  # a suite is a process
RUNNING = "running"  # what a client says that has a scheduler
QUIET = logging.CRITICAL  # what befalls a worker is told as a result
LOGGERS = ("distributed", "distributed.client")  # the second has a level of its own


class DaskEngine:
    """See Engine. scheduler: address of a running cluster; None: `jobs` workers here.

    workshop: where workers of our own have their temporary files.
    """

    def __init__(self, scheduler: str | None, jobs: int, workshop: Path) -> None:
        self.scheduler, self.jobs, self.workshop = scheduler, jobs, workshop
        self.cluster: Any = None
        self.client: Any = None
        self.futures: list[Any] = []  # dask forgets what nobody holds
        self.names: dict[str, str] = {}  # of the work, by the key under which dask knows it
        self.seen: dict[str, float] = {}  # since when a worker has had it

    def begin(self, works: Sequence[Work], tell: Tell) -> None:
        """Send all of it to the scheduler. Raises UserError when that does not answer."""
        for name in LOGGERS:
            logging.getLogger(name).setLevel(QUIET)
        try:
            where = self.scheduler or self._own()
            self.client = Client(where, timeout=CONNECT_SECONDS)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            place = self.scheduler or "this machine"
            raise UserError(f"no scheduler answers at {place}: {error}") from None
        run = uuid.uuid4().hex
        for number, work in enumerate(works):
            given = (work.lesson.id, _files(work), work.seed, work.graded_with)
            key = f"lesson-{number}-{run}"
            self.names[key] = work.name
            future = self.client.submit(grade_there, *given, key=key, pure=False)
            self.futures.append(future)
            future.add_done_callback(functools.partial(_told, work, tell))

    def _own(self) -> Any:
        dask.config.set(WORKERS_MAY_HAVE_CHILDREN)
        self.cluster = LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=self.jobs,
            threads_per_worker=1,
            memory_limit=None,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # None would mean port 8787, for everybody
            local_directory=str(self.workshop),
            env={"TMPDIR": str(self.workshop)},
            silence_logs=QUIET,
        )
        return self.cluster

    def longest(self) -> tuple[str, float] | None:
        """See Engine; as far as it was seen here. A scheduler that is gone says nothing."""
        now = time.monotonic()
        try:
            processing = self.client.processing() if self.client.status == RUNNING else {}
        except OSError:
            return None
        with_workers = [key for keys in processing.values() for key in keys]
        self.seen = {key: self.seen.get(key, now) for key in with_workers if key in self.names}
        return longest_of({self.names[key]: began for key, began in self.seen.items()})

    def end(self) -> None:
        """See Engine. On a cluster of others, a lesson that runs is graded for nobody."""
        for one in (self.client, self.cluster):
            if one is not None:
                one.close()
        end_processes_of(self.workshop)  # what suites of our own workers have not ended yet


def _told(work: Work, tell: Tell, future: Any) -> None:
    """Tell what has become of a work, called by dask in a thread of its own."""
    try:
        tell(work, LessonResult.from_json(future.result()))
    except KilledWorker:
        result = lesson_result(work.lesson, {}, work.lesson.by_id, work.seed)
        result.notes.append("every worker that graded it was killed; this lesson needs a person")
        tell(work, result)
    except ModuleNotFoundError as error:
        tell(work, UserError(f"a worker has no {error.name}: install the kit there"))
    except CancelledError:
        tell(work, UserError("the scheduler is gone; the same command goes on from here"))
    except Exception as error:
        tell(work, error)


def _files(work: Work) -> dict[str, bytes]:
    folder = work.folder / work.lesson.id
    files = lesson_files(work.folder, work.lesson)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
