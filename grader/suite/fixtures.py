"""The fixtures of the suites: a fresh copy of the submission's lesson, and programs from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.course.catalogue import SOLUTION
from grader.course.lesson import Lesson, load_lesson
from grader.submission import stage_copy
from grader.suite.played_room import PlayedRoom
from grader.wire.client import Client
from grader.wire.scripted import ScriptedServer
from grader.wire.server import Server
from grader.wire.stage import Stage


@pytest.fixture(scope="module")
def lesson(request: pytest.FixtureRequest) -> Lesson:
    """The lesson to which the suite belongs, read once for all its tasks."""
    return load_lesson(request.path.parent)


@pytest.fixture
def stage(request: pytest.FixtureRequest, lesson: Lesson) -> Iterator[Stage]:
    """One task's world, in a fresh copy of the submission's lesson; gone afterwards."""
    from grader.suite.plugin import STAGE

    session: Any = request.config.pluginmanager.get_plugin("grader-session")
    submission = Path(request.config.getoption("submission", None) or lesson.folder.parent)
    with session.box.task() as folder:
        copy = folder / lesson.id
        stage_copy(lesson, submission, copy)
        session.box.give(folder)
        world = Stage(copy, session.slowness, session.seed, session.box)
        request.node.stash[STAGE] = world
        yield world
        world.close()


@pytest.fixture
def start_server(stage: Stage) -> Callable[..., Server]:
    """start_server("--buffer", "1"): a server with these options, ready; see Server."""

    def start(*options: str, **settings: Any) -> Server:
        return Server(stage, *options, **settings)

    return start


@pytest.fixture
def server(start_server: Callable[..., Server]) -> Server:
    """The submission's server, ready, with nobody connected."""
    return start_server()


@pytest.fixture
def scripted_server(stage: Stage) -> ScriptedServer:
    """A server that the test plays, for the submission's client."""
    return ScriptedServer(stage)


@pytest.fixture
def start_client(stage: Stage, scripted_server: ScriptedServer) -> Callable[..., Client]:
    """start_client(): a client of the submission that was told where the scripted server is.

    start_client("--name", "bob", terminal=True): see Client. to: another scripted server.
    """

    def start(*options: str, to: ScriptedServer | None = None, **settings: Any) -> Client:
        address = ["--port", str((to or scripted_server).port)]
        if to:
            address += ["--host", to.host]
        return Client(stage, *address, *options, **settings)

    return start


@pytest.fixture
def kit_server(stage: Stage) -> Callable[..., Server | PlayedRoom]:
    """kit_server("04_broadcast", "--buffer", "1"): the server of the kit's own solution, ready.

    A student's kit has no solutions: there it is the submission's own server, or in a lesson
    without one a room that the harness plays.
    """

    def start(lesson: str, *options: str) -> Server | PlayedRoom:
        folder = _solution(lesson)
        if folder is None and lesson != stage.folder.name:
            return PlayedRoom(stage)
        return Server(stage, *options, folder=folder)

    return start


@pytest.fixture
def kit_client(stage: Stage) -> Callable[..., Client]:
    """kit_client("06_usernames", port, "--name", "alice"): a client of the kit's own solution.

    In a student's kit, which has no solutions, the submission's own.
    """

    def start(lesson: str, port: int, *options: str, **settings: Any) -> Client:
        folder = _solution(lesson)
        return Client(stage, "--port", str(port), *options, folder=folder, **settings)

    return start


@pytest.fixture
def kits_folder(stage: Stage) -> Iterator[Path]:
    """Where the kit's own programs have their files, which no program of the submission can reach.

    They run with the grader's rights: a link in their way would lead them anywhere. In a student's
    kit, where they are the submission's own, it is the task's folder.
    """
    if _solution(stage.folder.name) is None:
        yield stage.folder
        return
    with stage.box.apart() as stage.apart:
        yield stage.apart


def _solution(lesson: str) -> Path | None:
    """Return the folder of the kit's own program; None in a kit that was handed out without."""
    folder = SOLUTION / lesson
    return folder if folder.is_dir() else None
