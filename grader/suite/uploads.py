"""What lesson 09 asks of a client that sends files; lesson 10 asks it again."""

from __future__ import annotations

from collections.abc import Callable

from grader.suite import scenes
from grader.suite.files import skips_chunks, takes_file
from grader.suite.marks import asked_in
from grader.suite.notices import is_told_off, prints_after_progress, prints_in_the_end
from grader.suite.people import DISCONNECTED, comes_in
from grader.suite.plain_files import makes_a_pipe, puts_file
from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.peer import Peer
from grader.wire.scripted import ScriptedServer
from grader.wire.stage import Stage
from grader.wire.usage import MIB

LARGE = 12 * MIB  # more than a kernel may hold for who does not read


def sends_nothing_else(stage: Stage, between: list[str], *wanted: str) -> None:
    """Expect just these typed lines between the chunks of a file."""
    if between != list(wanted):
        words = f"{', '.join(map(repr, wanted)) or 'nothing'} between the chunks, and no more"
        raise stage.fail(
            Kind.DIFFERENT, "server", words, ", ".join(map(repr, between)) or "nothing"
        )


def leaves_when_it_is_sent(client: Client, server: Peer, number: int, data: bytes) -> None:
    """A client that has nothing more to say sends the file to its end, and leaves then."""
    prints_after_progress(client, f"* sending large as {number}")
    client.has_read_its_keyboard()
    server.reads_again()
    sends_nothing_else(server.stage, takes_file(server, number, "large", data))
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)


@asked_in("9.13")
def what_is_no_file_is_not_sent(stage: Stage, client: Client, server: Peer) -> None:
    """Lines that belong to a file are not typed by hand, and only a plain file is sent."""
    for line in ("/data 1 4", "/file 9 4 x", "/end 1 abc", "/data"):
        is_told_off(client, line, "/sendfile")
    makes_a_pipe(stage, stage.folder / "pipe")
    for line in ("/sendfile none", "/sendfile .", "/sendfile pipe", "/sendfile /dev/null"):
        is_told_off(client, line)
    client.types("//file x", "/filed 1", "/sendfiles large")
    server.gets("//file x", "/filed 1", "/sendfiles large")


@asked_in("9.13")
def what_is_begun_is_sent_to_its_end(
    client: Client, server: Peer, number: int, data: bytes
) -> None:
    """Whoever says quit while a file is on its way leaves behind it. data: of the file large."""
    server.goes_silent()
    client.types("/sendfile large", "quit")
    leaves_when_it_is_sent(client, server, number, data)


@asked_in("9.14")
def one_that_is_being_sent_is_cancelled(stage: Stage, start_client: Callable[..., Client]) -> None:
    """By hand, by the server, and by the end of the connection."""
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
    puts_file(stage, stage.folder / "large", bytes(LARGE))
    for number, by_hand in ((1, True), (2, False)):
        server.goes_silent()
        client.types("/sendfile large")
        prints_after_progress(client, f"* sending large as {number}")
        if by_hand:
            client.types(f"/cancel {number}")
            client.has_read_its_keyboard()
        else:
            for line in (f"* transfer {number} cancelled: no room", "alice: not now"):
                server.sends(line)
                prints_after_progress(client, line)
            stage.lets_time_pass(scenes.SETTLED)  # a client may take note of what it has shown
        client.types(f"fence {number}")
        server.reads_again()
        sent, cancelled = skips_chunks(server, number, f"fence {number}")
        if sent >= LARGE:
            words = "the rest of the file to be kept"
            raise stage.fail(Kind.DIFFERENT, "server", words, "all of it")
        if cancelled != 1 and (by_hand or cancelled):
            words = f"'/cancel {number}', once"
            raise stage.fail(Kind.DIFFERENT, "server", words, f"{cancelled} times")
        server.sends(f"alice: enough of {number}")
        prints_after_progress(client, f"alice: enough of {number}")
    client.types("quit")
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)
    client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
    server.goes_silent()
    client.types("/sendfile large")
    prints_after_progress(client, "* sending large as 1")
    server.resets()
    prints_in_the_end(client, DISCONNECTED)
    client.ends(1)


def holds_to_lesson_09(stage: Stage, start_client: Callable[..., Client]) -> None:
    """Files are sent, refused and cancelled as they were."""
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
    data = scenes.counted(LARGE).encode()
    puts_file(stage, stage.folder / "large", data)
    what_is_no_file_is_not_sent(stage, client, server)
    what_is_begun_is_sent_to_its_end(client, server, 1, data)
    one_that_is_being_sent_is_cancelled(stage, start_client)
