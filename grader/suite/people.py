"""People, and clients of people, as the suites from lesson 05 on play them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.suite.scenes import SMALL_BUFFER
from grader.wire.client import Client
from grader.wire.peer import Peer
from grader.wire.scripted import ScriptedServer
from grader.wire.server import Server
from grader.wire.usage import MIB

QUESTION = "* what is your name?"
NO_NAME = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"
GOODBYE = "* goodbye"
DISCONNECTED = "* disconnected"
PROMPT = "username: "
LONG_LINE = b"x" * 60_000 + b"\n"


def enters(server: Server, name: str, *others: Peer, **settings: Any) -> Peer:
    """Let somebody come in under this name, which the others hear."""
    person = server.visitor(name, **settings)
    person.gets(QUESTION)
    person.sends(name)
    person.gets(f"* welcome, {name}")
    for other in others:
        other.gets(f"* {name} joined")
    return person


def enter(server: Server, *names: str) -> list[Peer]:
    """Let these people come in, one after the other; return them."""
    people: list[Peer] = []
    for name in names:
        people.append(enters(server, name, *people))
    return people


def is_heard(speaker: Peer, line: str, *listeners: Peer, under: str = "") -> None:
    """Let somebody say a line, and the listeners hear it next. under: a name taken later."""
    speaker.sends(line)
    for listener in listeners:
        listener.gets(f"{under or speaker.name}: {line}")


def asks_and_gets(person: Peer, command: str, *replies: str) -> None:
    """Let somebody give a command, or claim a name, and get these replies next."""
    person.sends(command)
    person.gets(*replies)


def company(server: Server) -> None:
    """Guests with whom a server must be able to end: one says nothing, one does not read."""
    server.visitor("silent").gets(QUESTION)
    alice, bob = enter(server, "alice", "bob")
    is_heard(alice, "hello", bob)
    deaf = enters(server, "deaf", alice, bob, receive_buffer=SMALL_BUFFER)
    deaf.goes_silent()
    alice.begins_to_send(LONG_LINE * 10)
    server.stage.lets_time_pass(0.05)


def memory_stays_small(server: Server) -> None:
    """Somebody says 24 MB while another does not read: none of it may pile up in the server."""
    (alice,) = enter(server, "alice")
    deaf = enters(server, "deaf", alice, receive_buffer=SMALL_BUFFER)
    before = server.memory()
    deaf.goes_silent()
    alice.begins_to_send(LONG_LINE * 400)
    alice.waits_until_stopped()
    server.has_not_grown_by(16 * MIB, since=before)


def meets(
    start_client: Callable[..., Client],
    scripted_server: ScriptedServer,
    *options: str,
    **settings: Any,
) -> tuple[Client, Peer]:
    """Let a client come to the scripted server; return it and the server's end."""
    return start_client(*options, **settings), scripted_server.accepts()


def hears(client: Client, server: Peer, *lines: str) -> None:
    """Let the server say these lines, and the client print them."""
    server.sends(*lines)
    client.prints(*lines)


def comes_in(
    start_client: Callable[..., Client],
    scripted_server: ScriptedServer,
    *options: str,
    **settings: Any,
) -> tuple[Client, Peer]:
    """Let a client called bob come to the scripted server and be welcomed; return both ends."""
    client, server = meets(start_client, scripted_server, "--name", "bob", *options, **settings)
    hears(client, server, QUESTION)
    server.gets("bob")
    hears(client, server, "* welcome, bob")
    return client, server
