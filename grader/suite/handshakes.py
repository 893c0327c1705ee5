"""What lessons 05 to 07 ask of a client: how it comes in, and how it goes; later ones ask again."""

from __future__ import annotations

from collections.abc import Callable

from grader.suite import scenes
from grader.suite.marks import asked_in
from grader.suite.names import NO_LINE_ENDS_HERE
from grader.suite.people import (
    DISCONNECTED,
    GOODBYE,
    NO_NAME,
    PROMPT,
    QUESTION,
    TAKEN,
    comes_in,
    hears,
    meets,
)
from grader.wire.client import Client
from grader.wire.peer import Peer
from grader.wire.scripted import ScriptedServer

MAX_LINE = 65536
NO_QUIT = (" quit", "quit ", "QUIT", "exit now", "q")


def is_asked(client: Client, server: Peer, *refusal: str) -> None:
    """Let the server ask, after a refusal if there is one, and the client show its prompt."""
    hears(client, server, *refusal)
    hears(client, server, QUESTION)
    client.prompts(PROMPT)


def answers(client: Client, server: Peer, name: str) -> None:
    """Let somebody type a name at the prompt, and the server welcome them."""
    client.types(name)
    server.gets(name)
    hears(client, server, f"* welcome, {name}")


def talks(client: Client, server: Peer) -> None:
    """What is said goes both ways."""
    hears(client, server, "alice: hi", f"alice: {QUESTION}", "alice: * welcome, x")
    client.types("hello", "", "  two  spaces  ")
    server.gets("hello", "", "  two  spaces  ")


@asked_in("6.14")
def says_the_name_it_was_given_or_asks(
    start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """With a name and without, and refused."""
    client, server = comes_in(start_client, scripted_server)
    talks(client, server)

    client, server = meets(start_client, scripted_server)
    is_asked(client, server)
    client.has_read_its_keyboard()  # who types at once has a scene of their own
    answers(client, server, "carol")
    talks(client, server)

    client, server = meets(start_client, scripted_server, "--name", "bob")
    hears(client, server, QUESTION)
    server.gets("bob")
    is_asked(client, server, TAKEN)
    for name in ("b b", "", " bob ", "x" * 21):
        client.has_read_its_keyboard()
        client.types(name)
        server.gets(name)
        is_asked(client, server, NO_NAME)
    answers(client, server, "bobby")
    talks(client, server)


@asked_in("6.15")
def early_lines_wait_and_are_never_names(
    start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Who types before the welcome is heard after it, and only an answer to a prompt is a name."""
    client, server = meets(start_client, scripted_server)
    client.types("early", "", "second")
    client.has_read_its_keyboard()
    is_asked(client, server)
    client.types("bob", "third")
    client.has_read_its_keyboard()
    server.gets("bob")
    hears(client, server, "* welcome, bob")
    server.gets("early", "", "second", "third")
    talks(client, server)

    client, server = meets(start_client, scripted_server, "--name", "bob")
    client.types("early")
    client.has_read_its_keyboard()
    hears(client, server, QUESTION)
    server.gets("bob")
    client.types("second")
    client.has_read_its_keyboard()
    is_asked(client, server, TAKEN)
    answers(client, server, "bobby")
    server.gets("early", "second")


@asked_in("6.16")
def says_its_name_and_leaves(
    start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Who has nothing more to type says the name that was given, what was typed, and goes."""
    client, server = meets(start_client, scripted_server, "--name", "bob", stdin=scenes.EMPTY_STDIN)
    server.sends(QUESTION)
    server.gets("bob")
    server.sends("* welcome, bob")  # it may leave before that, or wait for it
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)

    for answer in ("* welcome, bob", TAKEN):
        client, server = meets(start_client, scripted_server, "--name", "bob")
        client.types("hello")
        client.has_read_its_keyboard()
        client.has_its_keyboard_closed()
        client.stage.lets_time_pass(scenes.SETTLED)
        hears(client, server, QUESTION)
        server.gets("bob")
        server.sends(answer, *([QUESTION] if answer == TAKEN else []))
        if answer != TAKEN:
            server.gets("hello")
        server.gets_hung_up_on()
        server.hangs_up()
        client.ends(0)


@asked_in("6.17")
def keeps_lines_whole(start_client: Callable[..., Client], scripted_server: ScriptedServer) -> None:
    """Lines end where they did, however they come."""
    client, server = comes_in(start_client, scripted_server)
    server.sends_in_pieces("alice: byte by byte \U0001f642\r\n".encode())
    client.prints("alice: byte by byte \U0001f642")
    for text in (*NO_LINE_ENDS_HERE, "  two  spaces  "):
        hears(client, server, f"alice: {text}")
    client.types_bytes(b"half a typed line, ")
    client.has_read_its_keyboard()
    client.types_bytes(b"and the rest  \n")
    server.gets("half a typed line, and the rest  ")


@asked_in("7.13")
def ends_well_after_a_goodbye(
    start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """A goodbye of the server, and nothing else, makes its end a good one."""
    for hang_up in ("ends_its_stream", "resets"):
        client, server = comes_in(start_client, scripted_server)
        client.types("/who", "//who", "/quit", "hello?")
        server.gets("/who", "//who", "/quit", "hello?")
        server.sends("* here: bob", GOODBYE)
        server.waits_until_received()
        getattr(server, hang_up)()
        client.prints("* here: bob", GOODBYE)
        client.ends(0)
        client.has_printed_nothing_more()

    client, server = comes_in(start_client, scripted_server)
    longest = "alice: ".ljust(4 * MAX_LINE, "x")
    lines = (longest, "* goodbye, all", "* alice left", "alice: * goodbye")
    server.sends(*lines)
    server.hangs_up()
    client.prints(*lines, DISCONNECTED)
    client.ends(1)

    client, server = comes_in(start_client, scripted_server)
    client.types("/quit", "quit")
    server.gets("/quit")
    server.gets_hung_up_on()
    server.sends(GOODBYE)
    server.hangs_up()
    client.ends(0)

    client, server = comes_in(start_client, scripted_server)
    client.types_bytes(b"/who\nno end behind the last words")
    client.has_its_keyboard_closed()
    server.gets("/who", "no end behind the last words")
    server.gets_hung_up_on()  # and does not close
    client.ends(0)


@asked_in("5.6")
def leaves_at_a_whole_word_only(
    start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """What only looks like quit is sent, and what stands behind it is not."""
    client, server = comes_in(start_client, scripted_server)
    client.types(*NO_QUIT, "quit", "after it")
    server.gets(*NO_QUIT)
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)


def holds_to_lessons_05_to_07(
    start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """It comes in as it did, and goes as it did."""
    says_the_name_it_was_given_or_asks(start_client, scripted_server)
    early_lines_wait_and_are_never_names(start_client, scripted_server)
    says_its_name_and_leaves(start_client, scripted_server)
    keeps_lines_whole(start_client, scripted_server)
    ends_well_after_a_goodbye(start_client, scripted_server)
    leaves_at_a_whole_word_only(start_client, scripted_server)
