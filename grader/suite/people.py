"""People, and clients of people, as the suites from lesson 05 on play them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.suite.scenes import FULL, SMALL_BUFFER, hears_it_late, said_in_this_order
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
    """Somebody says 24 MB while another does not read: none of it may pile up, or be lost."""
    (alice,) = enter(server, "alice")
    deaf = enters(server, "deaf", alice, receive_buffer=SMALL_BUFFER)
    before = server.memory()
    deaf.goes_silent()
    alice.begins_to_send(LONG_LINE * 400)
    alice.waits_until_stopped()
    server.has_not_grown_by(16 * MIB, since=before)
    hears_it_late(deaf, *[f"alice: {LONG_LINE.decode().strip()}"] * FULL)


def one_vanishes_while_another_talks(server: Server) -> None:
    """What is said while somebody cannot be reached any more reaches all others, and is no harm."""
    alice, bob = enter(server, "alice", "bob")
    deaf = enters(server, "deaf", alice, bob, receive_buffer=SMALL_BUFFER)
    carol = enters(server, "carol", alice, bob)  # on either side of her in most lists
    deaf.goes_silent()
    lines = [f"{number} {LONG_LINE.decode().strip()}" for number in range(FULL)]
    alice.begins_to_send("".join(f"{line}\n" for line in lines).encode())
    alice.waits_until_stopped()
    deaf.resets()
    for person in (bob, carol):
        due = [*(f"alice: {line}" for line in lines), "* deaf left"]
        heard = [person.gets_line() for _ in due]
        said_in_this_order(person, heard, due[:-1])
        said_in_this_order(person, heard, due[-1:])
    alice.gets("* deaf left")
    is_heard(alice, "still here", bob, carol)


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
