"""What lesson 09 asks of files that arrive at a client whole; lesson 10 asks it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from grader.suite import scenes
from grader.suite.files import ALL_BYTES, OWN_LINES, SIZES, chunks, digest, file_as_sent
from grader.suite.folders import has_file, has_only, is_on_its_way, names_in
from grader.suite.marks import asked_in
from grader.suite.notices import next_line, prints_after_notices, says_nothing_more_of
from grader.suite.people import DISCONNECTED, GOODBYE, comes_in
from grader.suite.plain_files import links, makes_folder, puts_file
from grader.wire.client import Client
from grader.wire.peer import Peer
from grader.wire.scripted import ScriptedServer
from grader.wire.stage import Stage

CR_LF = b"\r\n"
MAX_LINE = 65536


@asked_in("9.15")
def holds_to_lesson_09(
    stage: Stage, start_client: Callable[..., Client], scripted_server: ScriptedServer
) -> None:
    """Files of all sizes, several at a time, and under names that are taken."""
    client, server = comes_in(start_client, scripted_server, "--downloads", "in here")
    folder = stage.folder / "in here"
    for number, size in enumerate(SIZES, 1):
        data = scenes.counted(size).encode()
        server.sends_bytes(file_as_sent(f"alice/{number}", f"{size}.txt", data, 1000))
        prints_after_notices(client, f"* got {size}.txt ({size} bytes) from alice")
        has_file(client, folder / f"{size}.txt", data)
    server.sends(f"/file a/1 2 crlf\r\n/data a/1 2\r\n\r\n/end a/1 {digest(CR_LF)}\r")
    prints_after_notices(client, "* got crlf (2 bytes) from a")
    has_file(client, folder / "crlf", CR_LF)
    server.sends_bytes(b"/file a/2 004 padded\n/data a/2 04\nabcd")
    server.sends(f"/end a/2 {digest(b'abcd')}")
    while not next_line(client, "'* got padded ...' on the screen").startswith("* got padded "):
        pass  # the size may stand there as it was written, or as a number is
    has_file(client, folder / "padded", b"abcd")
    longest = "alice: ".ljust(4 * MAX_LINE, "x")
    server.sends(longest)
    prints_after_notices(client, longest)
    takes_three_at_once(client, server, folder)
    there = names_in(folder) | {"b.part", "c", "e", "f", "f (1).part"}
    for name in ("b.part", "f", "f (1).part"):
        puts_file(stage, folder / name, b"mine")
    makes_folder(stage, folder / "e")
    links(stage, folder / "c", stage.folder / "elsewhere")
    c = "c (1)" if (folder / "c").is_symlink() else "c"
    places = ("a.txt", "a.txt (1)", "a.txt (2)", "b (1)", c, "e (1)", "f (2)")
    for place in places:
        name = place.partition(" ")[0]
        data = f"{name} for {place}".encode()
        server.sends_bytes(file_as_sent("alice/1", name, data))
        prints_after_notices(client, f"* got {name} ({len(data)} bytes) from alice")
        has_file(client, folder / place, data)
    for name in ("b.part", "f", "f (1).part"):
        has_file(client, folder / name, b"mine")
    server.sends("/file alice/1 4 d", "/file bob/1 4 d")
    for name, data in (("alice", b"abcd"), ("bob", b"efgh")):
        server.sends_bytes(f"/data {name}/1 4\n".encode() + data)
        server.sends(f"/end {name}/1 {digest(data)}")
        prints_after_notices(client, f"* got d (4 bytes) from {name}")
    has_file(client, folder / "d", b"abcd")
    has_file(client, folder / "d (1)", b"efgh")
    has_only(client, folder, *there, *places, "d", "d (1)")
    data = b"with spaces"
    server.sends_bytes(file_as_sent("alice/1", " e  f", data))
    prints_after_notices(client, f"* got  e  f ({len(data)} bytes) from alice")
    has_file(client, folder / " e  f", data)
    server.sends(f"eve: {GOODBYE}")
    server.hangs_up()
    says_nothing_more_of(client, "d", DISCONNECTED)
    client.ends(1)


def takes_three_at_once(client: Client, server: Peer, folder: Path) -> None:
    """Three files on their way, and one between them that comes byte by byte."""
    data = ALL_BYTES * 300 + OWN_LINES
    one, rest = chunks(data, 40_000)
    server.sends(
        f"/file bob/1 {len(data)} one.txt", "/file alice/1 4 two", "/file alice/02 4 three"
    )
    server.sends_bytes(b"/data bob/1 40000\n" + one + b"bob: /data bob/1 4\n")
    prints_after_notices(client, "bob: /data bob/1 4")
    is_on_its_way(client, folder, "one.txt")
    server.sends_in_pieces(file_as_sent("carol/9", "small", b"\n/end carol/9 x\n"))
    prints_after_notices(client, "* got small (16 bytes) from carol")
    wholes = {"bob/1": ("one.txt", rest, data), "alice/1": ("two", b"abcd", b"abcd")}
    wholes |= {"alice/02": ("three", b"efgh", b"efgh")}
    for label, (name, rest, whole) in wholes.items():
        server.sends_bytes(f"/data {label} {len(rest)}\n".encode() + rest)
        server.sends(f"/end {label} {digest(whole)}")
        sender = label.partition("/")[0]
        prints_after_notices(client, f"* got {name} ({len(whole)} bytes) from {sender}")
        has_file(client, folder / name, whole)
    has_file(client, folder / "small", b"\n/end carol/9 x\n")
