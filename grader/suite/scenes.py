"""Scenes that every server of the course must get through; the suites play them again.

Each takes what it needs as arguments and raises WireFailure when the program does not keep
the contract ("Every program").
"""

from __future__ import annotations

import functools
import subprocess
import time
from collections.abc import Callable

from grader.suite.marks import asked_in
from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.peer import Peer
from grader.wire.process import NO_STDIN as NO_STDIN
from grader.wire.program import INTERRUPT, TERMINATE
from grader.wire.server import Server
from grader.wire.system import POSIX
from grader.wire.usage import Usage

HAS_TERMINALS = POSIX
EMPTY_STDIN = subprocess.DEVNULL
SETTLED = 0.03  # seconds after which a server waits for its client again
LAST_SECOND = 1.0  # how long a client that has left goes on printing
FLOODED = 1 << 32  # bytes: what one that is flooded and logs each line may print in that time
FLOOD = b"more\n" * 5_000_000  # what waits to be sent by a server that never stops
NOT_READ = 1.2  # seconds; who gave recv() a second gave sendall() no more
FULL = 150  # lines of 60 kB; 9.0 MB, of which a kernel may hold 8 MiB for who does not read
ATTEMPTS = 5
THINKING = 0.15  # seconds before the last words: who just has not ended yet has by then
IN_TIME = 0.7  # seconds after which the harness itself may be too late for that
SMALL_BUFFER = 4096  # bytes: a peer that does not read stops a sender after some 100 kB


def ends_when_told(
    start_server: Callable[..., Server], company: Callable[[Server], object]
) -> None:
    """Ctrl-C and SIGTERM end it with status 0, alone and in the company of clients."""

    def alone(server: Server) -> None:
        """Nobody is connected."""

    for number, visit in ((INTERRUPT, alone), (INTERRUPT, company), (TERMINATE, company)):
        server = start_server()
        visit(server)
        server.is_told_to_stop(number)
        server.ends(0)
        server.stage.check_at_the_end()
        server.stage.send_peers_home()


@asked_in("3.13")
def starts_again_at_once(
    server: Server, talk: Callable[[Peer], None], last_words: tuple[str, ...] = ()
) -> None:
    """Killed, and then stopped, with a client connected, it comes back on the same port.

    last_words: what a client may be told when the server is stopped; any notice if nothing is
    owed.
    """
    for stop in ("killed", "told"):
        ann = server.visitor("ann")
        talk(ann)
        if stop == "killed":
            server.is_killed()
        else:
            server.stage.lets_time_pass(SETTLED)
            server.is_told_to_stop()
            server.ends(0)
        hears_the_end(ann, *last_words)
        ann.hangs_up()
        server = server.starts_again()
    talk(server.visitor("ann"))


def hears_the_end(person: Peer, *last_words: str) -> None:
    """Expect a hang-up; these lines may come before it, and if there are none, any notices."""
    person.stage.wait_until(lambda: person.ending != "", through_end=True)
    while not last_words and person.arrived.startswith(b"* "):
        person.gets_line()
    if person.arrived:
        person.gets(*last_words)
    person.gets_hung_up_on()


def has_had_guests(server: Server, number: int, greet: Callable[[Peer], object]) -> Usage:
    """Let this many visitors come and go; return what the server uses when that is over.

    Threads may stay for the next ones (a pool), so the most that are needed come before the count.
    """
    guests = server.visitors(*(f"early {one}" for one in range(number)))
    for guest in guests:
        greet(guest)
    for guest in guests:
        guest.hangs_up()
    return server.settled_usage()


def does_not_read(server: Server, name: str, data: bytes) -> Peer:
    """A visitor who sends and sends, and never reads what comes."""
    visitor = server.visitor(name, receive_buffer=SMALL_BUFFER)
    visitor.goes_silent()
    visitor.begins_to_send(data)
    return visitor


def hears_it_late(deaf: Peer, *lines: str) -> None:
    """Let somebody who has not read for longer than a second read again: these lines come first."""
    deaf.stage.lets_time_pass(NOT_READ)
    deaf.reads_again()
    deaf.gets(*lines)


def said_in_this_order(listener: Peer, heard: list[str], said: list[str]) -> None:
    """Among the lines heard are all these, whole and in this order."""
    known = set(said)
    got = [line for line in heard if line in known]
    if got == said:
        return
    place = next((n for n, (a, b) in enumerate(zip(got, said, strict=False)) if a != b), len(got))
    raise listener.stage.fail(
        Kind.DIFFERENT,
        listener.name,
        f"all lines whole and in the order in which they were said: {said[place][:30]!r} ...",
        f"{got[place][:30]!r} ..." if place < len(got) else "lines that are missing or mixed",
    )


def hears_what_comes(newcomer: Peer, heard: list[str], at_the_latest: str) -> None:
    """Who came in hears all that the others heard from some line on, this one at the latest."""
    heard = heard if at_the_latest in heard else [at_the_latest]
    first = newcomer.gets_line(f"{at_the_latest!r}, or a line before it")
    if first not in heard[: heard.index(at_the_latest) + 1]:
        expected = f"{at_the_latest!r}, which was said after its welcome, or a line before it"
        raise newcomer.stage.fail(Kind.DIFFERENT, newcomer.name, expected, repr(first[:60]))
    newcomer.gets(*heard[heard.index(first) + 1 :])


def the_only_one(claimants: list[Peer], answers: list[str], refusal: str) -> Peer:
    """Return the one whose answer is no refusal; there has to be exactly one."""
    pairs = zip(claimants, answers, strict=True)
    winners = [claimant for claimant, answer in pairs if answer != refusal]
    if len(winners) == 1:
        return winners[0]
    raise claimants[0].stage.fail(
        Kind.DIFFERENT,
        claimants[0].name,
        f"exactly one of {len(claimants)} to be welcomed",
        f"{len(winners)} of them",
    )


@functools.cache
def counted(size: int, seed: int = 0) -> str:
    """Return a text of this many ASCII characters in which every place can be recognised.

    seed: 0 to 99; texts of different seeds differ everywhere.
    """
    first = 100_000 * (seed + 1)
    return ".".join(map(str, range(first, first + size // 7 + 2)))[:size]


def vanishes(server: Server) -> None:
    """Visitors who connect and leave, connect and reset, or say something and reset."""
    server.visitor("eve").hangs_up()
    server.visitor("eve").resets()
    eve = server.visitor("eve")
    eve.sends("half a visit")
    eve.resets()
    eve = server.visitor("eve")
    eve.sends_bytes(b"\xff\xfe\xfd")
    eve.waits_until_received()
    eve.hangs_up()


def floods_on(server: Peer) -> None:
    """Let a lot wait to be sent, however much of it has gone by now."""
    if len(server.connection.unsent) < len(FLOOD):
        server.begins_to_send(FLOOD)


def hears_last_words(
    meet: Callable[[], tuple[Client, Peer]],
    leave: Callable[[Client], object],
    *lines: str,
    then: Callable[[Peer], object] = lambda server: None,
) -> tuple[Client, Peer]:
    """A client that has left goes on printing; return it and the server.

    then: what the server does at once when it has said its lines, if anything: it may close.
    The server speaks soon after the client has left, on a slow machine too: a client's second is
    as long there. When the machine was too busy for either of them, another client is tried.
    """
    for _ in range(ATTEMPTS):
        client, server = meet()
        began = time.monotonic()
        leave(client)
        server.gets_hung_up_on()
        server.stage.lets_time_pass(THINKING / server.stage.slowness)
        server.sends_bytes("".join(f"{line}\n" for line in lines).encode(), even_if_hung_up_on=True)
        then(server)
        spoken = time.monotonic() - began
        printed = server.stage.wait_until(functools.partial(client.has_printed, len(lines)))
        if printed or (spoken < IN_TIME and time.monotonic() - began < LAST_SECOND):
            break
    client.prints(*lines)
    return client, server
