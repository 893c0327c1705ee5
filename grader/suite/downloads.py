"""What lesson 09 asks of a client that receives files; lesson 10 asks it again."""

from __future__ import annotations

from collections.abc import Callable

from grader.suite.files import digest, file_as_sent
from grader.suite.folders import (
    all_that_is_in,
    has_file,
    has_no_part,
    has_only,
    is_as_it_was,
    is_still_there,
)
from grader.suite.marks import asked_in
from grader.suite.notices import (
    names_it,
    names_it_at_its_end,
    prints_after_notices,
    prints_in_the_end,
)
from grader.suite.people import DISCONNECTED, GOODBYE, comes_in
from grader.suite.plain_files import links, makes_folder, puts_file, removes_file
from grader.wire.client import Client
from grader.wire.peer import Peer
from grader.wire.program import INTERRUPT, TERMINATE
from grader.wire.scripted import ScriptedServer
from grader.wire.stage import Stage

LIES = (
    *("../above", "..", ".", "a/b", "a\\b", "../mine", ".x", "n\x00ul", "x" * 300, "x\x1b[2J"),
    *("downloads/../../far", "folder/x", "mine", "link", "p", "q", "x/", " "),
    *("C:\\x", "C:x", "CON"),
)
LABELS = ("../1", "/1", "1", "alice", "../../alice/1", "alice/../1", "alice/1/2", "alice/")
NONSENSE = (
    *("/file alice/1 -4 x", "/file alice/1 x x", "/file alice/1 4", "/file alice/1", "/file"),
    *("/file alice/1 1234567890123456 x", "/end alice/1", "/end", "/cancel", "/end alice/1 x y"),
)


@asked_in("9.16")
def nothing_lands_outside(
    stage: Stage, start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Whatever a server claims: what was there stays as it was, and what comes stays inside."""
    folder = stage.folder / "downloads"
    makes_folder(stage, stage.folder / "outside")
    puts_file(stage, stage.folder / "mine", b"not yours")
    makes_folder(stage, folder)
    puts_file(stage, folder / "mine", b"mine")
    links(stage, folder / "link", stage.folder / "mine")
    links(stage, folder / "p.part", stage.folder / "mine")
    links(stage, folder / "q.part", stage.folder / "nowhere")
    links(stage, folder / "folder", stage.folder / "outside")
    before = all_that_is_in(stage, stage.folder.parent, folder)
    mine = all_that_is_in(stage, folder)
    client, server = comes_in(start_client, scripted_server)
    its_own = all_that_is_in(stage, stage.folder.parent, folder).keys() - before.keys()  # a log
    roots = (f"{stage.folder}/absolute", f"{'../' * 30}{stage.folder}/deep")
    lies = [(f"alice/{number}", name) for number, name in enumerate((*LIES, *roots), 1)]
    for label, name in [*lies, *((label, "x") for label in LABELS)]:
        server.sends_bytes(file_as_sent(label, name, b"abcd"))
        server.sends("alice: go on")
        prints_in_the_end(client, "alice: go on")
    server.sends(*NONSENSE, f"/file alice/1 {10**15 - 1} endless", "/cancel alice/1")
    server.sends_bytes(b"/file alice/3 4 p\n/data alice/3 2\nab/cancel alice/3\n")
    server.sends("/file alice/2 4 first", "/file alice/2 4 second", "alice: go on")
    prints_in_the_end(client, "alice: go on")
    is_as_it_was(client, stage.folder.parent, before, folder, its_own)
    is_still_there(client, folder, mine)
    server.sends("/file alice/1 4 late", "alice: now")
    prints_in_the_end(client, "alice: now")
    puts_file(stage, folder / "late", b"mine")
    server.sends_bytes(b"/data alice/1 4\nabcd/end alice/1 " + digest(b"abcd").encode() + b"\n")
    server.sends("alice: go on")
    prints_in_the_end(client, "alice: go on")
    has_file(client, folder / "late", b"mine")
    server.hangs_up()
    prints_in_the_end(client, DISCONNECTED)
    client.ends(1)
    has_no_part(client, folder, but=("p.part", "q.part"))


def another_last_digit(hexadecimal: str) -> str:
    """Return it with another digit at its end."""
    return hexadecimal[:-1] + ("0" if hexadecimal[-1] != "0" else "1")


DAMAGED = {
    "long.bin": b"/data alice/1 3\nabc/end alice/1 " + digest(b"ababc").encode() + b"\n",
    "short.bin": f"/end alice/1 {digest(b'ab')}\n".encode(),
    "bent.bin": f"/data alice/1 2\ncd/end alice/1 {another_last_digit(digest(b'abcd'))}\n".encode(),
    "cancelled.bin": b"/cancel alice/1\n",
}


@asked_in("9.16")
def no_half_file_stays(
    stage: Stage, start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """What is damaged is removed, with a word; so is what is abandoned, whoever ends it."""
    client, server = comes_in(start_client, scripted_server, "--downloads", "in")
    folder = stage.folder / "in"
    for name, rest in DAMAGED.items():
        server.sends_bytes(f"/file alice/1 4 {name}\n/data alice/1 2\nabalice: look\n".encode())
        prints_after_notices(client, "alice: look")
        server.sends_bytes(rest + b"alice: well\n")
        names_it(client, name, "alice: well")
        has_only(client, folder)
        server.sends_bytes(b"/data alice/1 2\nzz/end alice/1 abc\n/cancel alice/1\n")
        server.sends("/end nobody/7 abc", "/data nobody/8 10", "/cancel x", "alice: go on")
        prints_after_notices(client, "alice: go on")
        has_only(client, folder)
    server.sends_bytes(file_as_sent("alice/1", "long.bin", b"abcd"))  # its name is free
    prints_after_notices(client, "* got long.bin (4 bytes) from alice")
    has_file(client, folder / "long.bin", b"abcd")
    removes_file(stage, folder / "long.bin")
    has_half_a_file(client, server)
    server.hangs_up()
    client.ends(1)
    names_it_at_its_end(client, "y.bin", DISCONNECTED)
    has_only(client, folder)
    for leave in (_quits, _hears_goodbye, _is_interrupted, _is_terminated):
        client, server = comes_in(start_client, scripted_server, "--downloads", "in")
        has_half_a_file(client, server)
        leave(client, server)
        client.ends(0)
        has_only(client, folder)
    client, server = comes_in(start_client, scripted_server, "--downloads", "not here")
    folder = stage.folder / "not here"
    if not folder.is_dir():  # it may have been made already, and then there is nothing to see
        puts_file(stage, folder, b"mine")
    server.sends_bytes(file_as_sent("alice/1", "x", b"abcd") + b"alice: go on\n")
    prints_in_the_end(client, "alice: go on")
    client.types("hello")
    server.gets("hello")


def has_half_a_file(client: Client, server: Peer) -> None:
    """Let the client have half a file."""
    server.sends_bytes(b"/file alice/2 4 y.bin\n/data alice/2 2\nabalice: good night\n")
    prints_after_notices(client, "alice: good night")


def _quits(client: Client, server: Peer) -> None:
    client.types("quit")
    server.gets_hung_up_on()
    server.hangs_up()


def _hears_goodbye(client: Client, server: Peer) -> None:
    server.sends(GOODBYE)
    server.hangs_up()


def _is_interrupted(client: Client, server: Peer) -> None:
    client.is_told_to_stop(INTERRUPT)


def _is_terminated(client: Client, server: Peer) -> None:
    client.is_told_to_stop(TERMINATE)


def holds_to_lesson_09(
    stage: Stage, start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Files are received as they were."""
    nothing_lands_outside(stage, start_client, scripted_server)
    no_half_file_stays(stage, start_client, scripted_server)
