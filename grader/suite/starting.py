"""How every program of the course starts, with options, without, and with wrong ones.

Each takes what it needs as arguments and raises WireFailure when the program does not keep
the contract ("Every program").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.wire.failure import Kind
from grader.wire.lines import shown
from grader.wire.patience import STARTING
from grader.wire.program import Program
from grader.wire.server import READY, Server
from grader.wire.stage import Stage

DEFAULT_PORT = 5555
HOME = f"127.0.0.1:{DEFAULT_PORT}"
ANYWHERE = r"\S+"  # another name for 127.0.0.1, perhaps: only the port is asked for
FOREIGN = "203.0.113.1"  # an address for documentation (RFC 5737): no machine has it
NONSENSE = (("--port", "abc"), ("--buffer", "many"), ("--nonsense",))


def refuses_to_start(stage: Stage, server: Server) -> None:
    """A port that is taken, another machine's address, nonsense: each gets its words and status.

    Without options it starts, on the port that everybody knows.
    """
    addresses = ((server.host, server.port), (FOREIGN, 0))
    at_home = Program(stage, "server.py")
    seconds = [
        Program(stage, "server.py", "--host", host, "--port", str(port)) for host, port in addresses
    ]
    refuses_nonsense(stage, "server.py", NONSENSE)
    for second, (host, port) in zip(seconds, addresses, strict=True):
        second.ends(1, within=STARTING)
        second.says_on_stderr(f"cannot listen on {host}:{port}: ")
    listens_at_home(at_home)


def listens_at_home(server: Program) -> None:
    """Without options it listens on port 5555, or says that it cannot: somebody may be there."""
    process, starting = server.process, server.stage.patience(STARTING)

    def port() -> int | None:
        ready = READY.search(process.stdout.text())
        return int(ready[2]) if ready else None

    server.stage.wait_until(lambda: process.ended or port() is not None, starting, through_end=True)
    if _says(server, f"cannot listen on {ANYWHERE}:{DEFAULT_PORT}: "):
        server.ends(1)
    elif port() != DEFAULT_PORT:
        expected = f"'listening on {HOME}' from '{server.asked}', without options"
        raise server.failed(Kind.NOT_READY, expected, shown(process.stdout.beginning()))
    _has_done_its_part(server)


def calls_at_home(stage: Stage) -> None:
    """Without options a client looks for a server on port 5555; if one is there, that is all."""
    client = Program(stage, "client.py")
    client.process.expected_to_end = True
    starting = stage.patience(STARTING)
    stage.wait_until(lambda: client.process.ended, starting, through_end=True)
    has_called = _says(client, "cannot connect to ")
    if has_called and not _says(client, f"cannot connect to {ANYWHERE}:{DEFAULT_PORT}: "):
        client.says_on_stderr(f"cannot connect to {HOME}: ")
    _has_done_its_part(client)


def _says(program: Program, line: str) -> bool:
    """Whether a line on its stderr begins like this."""
    return re.search(f"^{line}", program.process.stderr.text(), re.MULTILINE) is not None


def _has_done_its_part(program: Program) -> None:
    """End it; what is waited for from now on comes from another one."""
    program.process.expected_to_end = True
    program.process.kill()
    program.stage.stops_watching(program.process)


def refuses_nonsense(stage: Stage, file: str, nonsense: Iterable[tuple[str, ...]]) -> None:
    """Options that make no sense get a usage line and status 2."""
    for confused in [Program(stage, file, *options) for options in nonsense]:
        confused.ends(2, within=STARTING)
        confused.says_how_to_use_it()
