"""What lesson 09 asks of a client that sends files; lesson 10 asks it again."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.suite import scenes
from grader.suite.files import (
    ALL_BYTES,
    MAX_CHUNK,
    OWN_LINES,
    SIZES,
    digest,
    skips_chunks,
    takes_file,
)
from grader.suite.marks import asked_in
from grader.suite.notices import is_told_off, prints_after_progress, prints_in_the_end
from grader.suite.people import DISCONNECTED, comes_in
from grader.suite.plain_files import makes_a_pipe, makes_folder, puts_file
from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.peer import Peer
from grader.wire.program import INTERRUPT
from grader.wire.scripted import ScriptedServer
from grader.wire.stage import Stage
from grader.wire.usage import MIB

LARGE = 12 * MIB  # more than a kernel may hold for who does not read
NOTES = scenes.counted(3 * MAX_CHUNK).encode()
ZEROS = re.compile(r"(?<=^/file . )0+(?=[0-9])")  # that a client may write in front of a size
CHUNK = re.compile(r"/data ([0-9]{1,9}) ([0-9]{1,9})")


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


@asked_in("9.12")
def files_are_sent(
    stage: Stage, start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Files of all sizes, one after the other, from a folder, and under an odd name."""
    client, server = comes_in(start_client, scripted_server, short_sends=True)
    for number, size in enumerate(SIZES, 1):
        data = scenes.counted(size).encode()
        puts_file(stage, stage.folder / "my notes.txt", data)
        client.types("/sendfile my notes.txt")
        between = takes_file(server, number, "my notes.txt", data)
        sends_nothing_else(stage, between)
        prints_after_progress(client, f"* sending my notes.txt as {number}")
        server.sends(f"alice: got {number}")
        prints_after_progress(client, f"alice: got {number}")
    folder = stage.folder / "a folder"
    makes_folder(stage, folder)
    data = ALL_BYTES * 800 + OWN_LINES
    puts_file(stage, folder / "bytes.bin", data)
    client.types("/sendfile a folder/bytes.bin")
    number = len(SIZES) + 1
    sends_nothing_else(stage, takes_file(server, number, "bytes.bin", data))
    prints_after_progress(client, f"* sending bytes.bin as {number}")
    server.sends("alice: thanks")
    prints_after_progress(client, "alice: thanks")
    name = " b \U0001f642.bin"  # the path is all that stands behind the first space
    puts_file(stage, stage.folder / name, b"abcd")
    client.types(f"/sendfile {name}")
    sends_nothing_else(stage, takes_file(server, number + 1, name, b"abcd"))
    prints_after_progress(client, f"* sending {name} as {number + 1}")


@asked_in("9.13")
def the_chat_goes_on(
    stage: Stage, start_client: Callable[..., Client], narrow: ScriptedServer
) -> bytes:
    """While a file is on its way both sides talk; return what is in the file large."""
    client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
    data = scenes.counted(LARGE).encode()
    puts_file(stage, stage.folder / "large", data)
    server.goes_silent()
    client.types("/sendfile large")
    client.prints("* sending large as 1")
    progress = 0
    for line in ("alice: go on", "eve: * transfer 1 cancelled: ha", "* transfer 11 cancelled: no"):
        server.sends(line)
        progress += prints_after_progress(client, line, "large")
    client.types("hello")
    client.has_read_its_keyboard()
    server.reads_again()
    sends_nothing_else(stage, takes_file(server, 1, "large", data), "hello")
    server.sends("alice: got it")
    prints_after_progress(client, "alice: got it", "large", at_least=1 - progress)
    what_is_no_file_is_not_sent(stage, client, server)
    what_is_begun_is_sent_to_its_end(client, server, 2, data)
    return data


@asked_in("9.13")
def what_is_no_file_is_not_sent(stage: Stage, client: Client, server: Peer) -> None:
    """Lines that belong to a file are not typed by hand, and only a plain file is sent."""
    for line in ("/data 1 4", "/file 9 4 x", "/end 1 abc", "/data"):
        is_told_off(client, line, "/sendfile")
    makes_a_pipe(stage, stage.folder / "pipe")
    paths = ("/sendfile none", "/sendfile .", "/sendfile large/x", "/sendfile pipe")
    for line in (*paths, "/sendfile /dev/null"):
        is_told_off(client, line)
    client.types("//file x", "/filed 1", "/sendfiles large")
    server.gets("//file x", "/filed 1", "/sendfiles large")
    half = ("/sendfile", "/cancel", "/cancel x", "/cancel 99")
    client.types(*half, "and on")
    while (line := server.gets_line("'and on'")) != "and on":  # a server knows what to answer
        if line not in half:
            raise stage.fail(Kind.DIFFERENT, "server", "'and on'", repr(line))
    server.sends("alice: go on")
    prints_in_the_end(client, "alice: go on")


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
    puts_file(stage, stage.folder / "notes", NOTES)
    two_are_asked_for(client, server, 3, and_one_is_cancelled=True)
    two_are_asked_for(client, server, 5, and_one_is_cancelled=False)
    client.types("quit")
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)
    for is_reset in (True, False):
        client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
        server.goes_silent()
        client.types("/sendfile large")
        prints_after_progress(client, "* sending large as 1")
        if is_reset:
            server.resets()
            prints_in_the_end(client, DISCONNECTED)
        else:
            client.is_told_to_stop(INTERRUPT)  # while it waits for who does not read
        client.ends(1 if is_reset else 0)


def two_are_asked_for(
    client: Client, server: Peer, number: int, *, and_one_is_cancelled: bool
) -> None:
    """The second arrives, whatever becomes of the first. They may take turns, or queue.

    number: of the file large, which is all zeros. The file notes has the next one.
    """
    server.goes_silent()
    client.types("/sendfile large")
    prints_after_progress(client, f"* sending large as {number}")
    client.types("/sendfile notes", *([f"/cancel {number}"] if and_one_is_cancelled else []))
    client.has_read_its_keyboard()
    server.reads_again()
    zeros_end = f"/end {number} {digest(bytes(LARGE))}"
    takes_two(server, number, f"/cancel {number}" if and_one_is_cancelled else zeros_end)
    server.sends("alice: enough of them")
    prints_in_the_end(client, "alice: enough of them")


def takes_two(server: Peer, number: int, last: str) -> None:
    """Take all that comes of the files large and notes, up to the end of both, in any order.

    number: of the file large. last: its last line.
    """
    end = f"/end {number + 1} {digest(NOTES)}"
    due = [f"/file {number} {LARGE} large", last, f"/file {number + 1} {len(NOTES)} notes", end]
    done = 0
    while due:
        line = ZEROS.sub("", server.gets_line(f"{due[0]!r}, or a chunk"))
        chunk = CHUNK.fullmatch(line)
        if chunk and chunk[1] == str(number) and last in due:
            server.gets_bytes(bytes(int(chunk[2])))
        elif chunk and chunk[1] == str(number + 1):
            server.gets_bytes(NOTES[done : done + int(chunk[2])])
            done += int(chunk[2])
        elif line in due and (line != end or done == len(NOTES)):
            due.remove(line)
            if line.startswith("/cancel ") and due and due[0].endswith(" large"):
                due.pop(0)  # it had not begun yet
        else:
            wanted = f"{last[:20]!r}, and the whole file {number + 1}"
            raise server.stage.fail(Kind.DIFFERENT, server.name, wanted, repr(line))


def holds_to_lesson_09(
    stage: Stage, start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Files are sent, refused and cancelled as they were."""
    files_are_sent(stage, start_client, scripted_server)
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    the_chat_goes_on(stage, start_client, narrow)
    one_that_is_being_sent_is_cancelled(stage, start_client)
