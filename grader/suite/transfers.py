"""What lesson 09 asks of a server's files; lesson 10 asks it again."""

from __future__ import annotations

from collections.abc import Callable

from grader.suite import scenes
from grader.suite.files import (
    MAX_CHUNK,
    digest,
    file_as_sent,
    gets_behind_a_cancel,
    gets_chunk,
    gets_file,
    is_cancelled,
    sends_a_bad_chunk,
)
from grader.suite.marks import asked_in
from grader.suite.people import QUESTION, asks_and_gets, enter, enters, is_heard
from grader.wire.peer import Peer
from grader.wire.server import Server

FILE, END, CANCEL = "/file ID SIZE NAME", "/end ID SHA256", "/cancel ID"
FORMS = (
    *("/who", "/msg NAME TEXT", "/nick NEW", FILE, "/data ID N"),
    *(END, CANCEL, "/help", "/quit"),
)
BAD_FILE_NAMES = (
    *(" ", "   ", "../x", "/home/x", "a/b", "a\\b", "C:\\x", "..", ".", ".profile", "x/"),
    *("tab\there", "bell\x07", "nul\x00", "del\x7f", "cr\rx", "esc\x1b[2J"),
    *("x" * 201, "x" * 300, "\u00fc" * 101),
)
GOOD_FILE_NAMES = (
    *("x", "my notes.txt", " x", "x ", "a  b", "x" * 200, "\u00fc" * 100, "CON", "C:x", "a..b"),
    *(" .x", "*", "a;b", "$(x)", "'", "a\u2028b", "~", "-rf", "data", "a\u00a0b"),
)
MISUSED = {  # the form that is named: what is answered with it
    FILE: (
        *("/file", "/file 1", "/file 1 4", "/file 1 4 ", "/file  1 4 x", "/file 1  4 x"),
        *("/file x 4 x", "/file 1 x x", "/file 1 -4 x", "/file \u0661 4 x", "/file 1 \u0664 x"),
        *("/file 1234567890 4 x", "/file 1 1234567890123456 x"),
    ),
    END: ("/end", "/end 1", "/end 1 ", "/end x abc", "/end \u0661 abc"),
    CANCEL: (
        *("/cancel", "/cancel ", "/cancel x", "/cancel 1 2", "/cancel 1234567890"),
        "/cancel \u0661",
    ),
}
BAD_DATA = (
    *("/data", "/data ", "/data 1", "/data 1 ", "/data 1 x", "/data x 4", "/data 1 0"),
    *("/data 1 -4", "/data 1 65537", "/data 1 4 x", "/data  1 4", "/data 1  4", "/data 1 4 "),
    *("/data 1 \u0664", "/data \u0661 4", "/data 1 +4", "/data 1234567890 4", "/data 1 4_0"),
)


@asked_in("9.6")
def who_was_there_at_the_beginning_gets_it(server: Server) -> None:
    """Labels and receivers are those of the beginning, whoever comes, goes and is renamed."""
    alice, bob, carol, dave = enter(server, "alice", "bob", "carol", "dave")
    erin = server.visitor("erin")
    erin.gets(QUESTION)  # who has no name yet is not in the room
    alice.sends("/file 1 4 x", "/file 2 4 y")
    for person in (bob, carol, dave):
        person.gets("/file alice/1 4 x", "/file alice/2 4 y")
    asks_and_gets(erin, "erin", "* welcome, erin")
    for person in (alice, bob, carol, dave):
        person.gets("* erin joined")
    for person, old, new in ((alice, "alice", "anna"), (bob, "bob", "Zoe")):
        person.sends(f"/nick {new}")
        for one in (alice, bob, carol, dave, erin):
            one.gets(f"* {old} is now {new}")
    dave.hangs_up()
    for person in (alice, bob, carol, erin):
        person.gets("* dave left")
    dave = enters(server, "dave", alice, bob, carol, erin)  # somebody else of that name
    alice.sends_bytes(b"/data 1 4\nabcd/end 1 " + digest(b"abcd").encode() + b"\n")
    for person in (bob, carol):
        gets_chunk(person, "alice/1", b"abcd")
        person.gets(f"/end alice/1 {digest(b'abcd')}")
    alice.gets("* sent x (4 bytes) to carol, Zoe")
    alice.sends("/cancel 2")
    for person in (bob, carol):
        person.gets("/cancel alice/2")
    is_cancelled(alice, 2)
    is_heard(alice, "that was all", bob, carol, dave, erin, under="anna")
    each_file_is_its_senders_own(bob, (alice, carol, dave, erin))
    a_label_is_free_again(carol, (alice, bob, dave, erin))
    alice.sends("/file 3 4 z")
    for person in (bob, dave, erin):
        person.gets("/file anna/3 4 z")
        person.hangs_up()
    alice.gets_in_any_order("* Zoe left", "* dave left", "* erin left")
    alice.sends_bytes(b"/data 3 4\nabcd/end 3 " + digest(b"abcd").encode() + b"\n")
    alice.gets("* sent z (4 bytes) to nobody")
    alice.sends_bytes(file_as_sent(2, "x", b"abcd"))
    alice.gets("* sent x (4 bytes) to nobody")


def each_file_is_its_senders_own(bob: Peer, others: tuple[Peer, ...]) -> None:
    """Zoe, who was bob, has two files open: nobody else ends one of them, and each ends alone."""
    bob.sends("/file 1 4 y", "/file 0 04 z")  # numbers are passed on as they were written
    for person in others:
        person.gets("/file Zoe/1 4 y", "/file Zoe/0 04 z")
    alice = others[0]
    alice.sends("/cancel 1")
    is_cancelled(alice, 1)  # hers is closed, and his is not hers
    bob.sends("/cancel 1")
    is_cancelled(bob, 1)
    bob.sends_bytes(b"/data 0 004\nabcd/end 0 " + digest(b"abcd").encode() + b"\n")
    for person in others:
        person.gets("/cancel Zoe/1", "/data Zoe/0 004")
        person.gets_bytes(b"abcd")
        person.gets(f"/end Zoe/0 {digest(b'abcd')}")
    bob.gets_one_of(
        *(f"* sent z ({size} bytes) to anna, carol, dave, erin" for size in ("04", "4"))
    )


def a_label_is_free_again(carol: Peer, others: tuple[Peer, ...]) -> None:
    """The file alice/1 is closed, so a new alice opens hers; it ends as alice/1 when she goes."""
    carol.sends("/nick alice", "/file 1 4 x", "/nick Carol")
    carol.gets("* carol is now alice", "* alice is now Carol")
    for person in others:
        person.gets("* carol is now alice", "/file alice/1 4 x", "* alice is now Carol")
    carol.hangs_up()
    for person in others:
        person.gets("/cancel alice/1", "* Carol left")


@asked_in("9.7")
def what_is_not_whole_is_cancelled(server: Server) -> None:
    """In every way in which a file can end before it is whole."""
    alice, bob = enter(server, "alice", "bob")
    ends = (
        b"/data 1 3\nabc",  # more than announced
        f"/end 1 {digest(b'ab')}\n".encode(),  # fewer
        b"/data 1 2\ncd/end 1 abc\n",  # no SHA-256
        b"/data 1 2\ncd/end 1 " + digest(b"abcd").upper().encode() + b"\n",
        b"/data 1 2\ncd/end 1 " + digest(b"abcd").encode() + b" \n",
        b"/data 1 2\ncd/end 1 " + b"g" * 64 + b"\n",
        b"/cancel 1\n",
        b"/file 1 4 again\n",  # the ID is still open
    )
    for how in ends:
        alice.sends_bytes(b"/file 1 4 x\n/data 1 2\nab" + how)
        bob.gets("/file alice/1 4 x")
        gets_chunk(bob, "alice/1", b"ab")
        if how.startswith(b"/data 1 2"):
            gets_chunk(bob, "alice/1", b"cd")
        bob.gets("/cancel alice/1")
        is_cancelled(alice, 1)
        alice.sends("/msg")  # a new /file may be refused in a notice of its own
        gets_behind_a_cancel(alice, 1, "* usage: /msg NAME TEXT")
        alice.sends_bytes(b"/data 1 4\nlate")  # the ID is closed
        is_cancelled(alice, 1)
        is_heard(alice, "well", bob)
    alice.sends("/file 1 4 x", "/nick anna", "/file 1 4 again", "/nick alice")
    bob.gets("/file alice/1 4 x", "* alice is now anna", "/cancel alice/1", "* anna is now alice")
    alice.gets("* alice is now anna")
    is_cancelled(alice, 1)
    gets_behind_a_cancel(alice, 1, "* anna is now alice")
    alice.sends_bytes(b"/file 2 0 x\n/data 2 1\na")  # more than nothing
    bob.gets("/file alice/2 0 x", "/cancel alice/2")
    is_cancelled(alice, 2)
    for leave in ("hangs_up", "resets", "ends_its_stream", "/quit", "in a chunk"):
        alice.sends_bytes(b"/file 1 4 x\n/file 01 4 y\n/data 1 2\nab")
        bob.gets("/file alice/1 4 x", "/file alice/01 4 y")
        gets_chunk(bob, "alice/1", b"ab")
        if leave == "/quit":
            alice.sends(leave)
        elif leave == "in a chunk":
            alice.sends_bytes(b"/data 01 4\nabc")
            alice.ends_its_stream()
        else:
            getattr(alice, leave)()
        bob.gets_in_any_order("/cancel alice/1", "/cancel alice/01")
        bob.gets("* alice left")
        alice = enters(server, "alice", bob)
    is_heard(alice, "here again", bob)


@asked_in("9.8")
def what_cannot_be_a_file_is_refused(server: Server) -> None:
    """Bad names, IDs that are not open, and a label that is."""
    alice, bob = enter(server, "alice", "bob")
    for name in BAD_FILE_NAMES:
        alice.sends(f"/file 1 4 {name}")
        is_cancelled(alice, 1)
        alice.sends_bytes(b"/data 1 4\nabcd")
        is_cancelled(alice, 1)
    for name in GOOD_FILE_NAMES:
        alice.sends_bytes(file_as_sent(1, name, b"abcd"))
        gets_file(bob, "alice/1", name, b"abcd")
        alice.gets(f"* sent {name} (4 bytes) to bob")
    alice.sends(f"/end 1 {digest(b'abcd')}")  # it is closed
    is_cancelled(alice, 1)
    for line in (f"/end 9 {digest(b'')}", "/cancel 9", "/end 9 abc", "/cancel 09"):
        alice.sends(line)
        is_cancelled(alice, line.split()[1])
    for _ in range(2):
        alice.sends_bytes(b"/data 9 12\n/quit\nhello\n")
        is_cancelled(alice, 9)
    alice.sends_bytes(f"/data 9 {MAX_CHUNK}\n".encode() + scenes.counted(MAX_CHUNK).encode())
    is_cancelled(alice, 9)
    is_heard(alice, "not harmed", bob)
    alice.sends("/file 1 4 x", "/nick anna")
    bob.gets("/file alice/1 4 x", "* alice is now anna")
    alice.gets("* alice is now anna")
    bob.sends("/nick alice")
    for person in (alice, bob):
        person.gets("* bob is now alice")
    bob.sends("/file 1 4 y")
    is_cancelled(bob, 1)
    bob.sends_bytes(b"/data 1 4\nevil/cancel 1\n")  # it is hers, whatever the two are called
    for _ in range(2):
        is_cancelled(bob, 1)
    alice.sends_bytes(b"/data 1 4\nabcd/end 1 " + digest(b"abcd").encode() + b"\n")
    gets_chunk(bob, "alice/1", b"abcd")
    bob.gets(f"/end alice/1 {digest(b'abcd')}")
    alice.gets("* sent x (4 bytes) to alice")


@asked_in("9.9")
def what_is_malformed_is_answered_or_ends_the_visit(server: Server) -> None:
    """Usage for a line that may be followed, the end for a chunk that may not."""
    alice, bob = enter(server, "alice", "bob")
    alice.sends("/file 1 4 y")
    bob.gets("/file alice/1 4 y")
    for form, lines in MISUSED.items():
        for line in lines:
            asks_and_gets(alice, line, f"* usage: {form}")
    alice.sends_bytes(b"/data 1 4\nabcd/end 1 " + digest(b"abcd").encode() + b"\n")
    gets_chunk(bob, "alice/1", b"abcd")
    bob.gets(f"/end alice/1 {digest(b'abcd')}")
    alice.gets("* sent y (4 bytes) to bob")
    for line in BAD_DATA:
        mallory = enters(server, "mallory", alice, bob)
        sends_a_bad_chunk(mallory, f"{line}\nabcd\nhello\n/quit\n".encode(), alice, bob)
    is_heard(alice, "all well", bob)


def holds_to_lesson_09(start_server: Callable[..., Server]) -> None:
    """Files are passed on, cancelled and refused as they were."""
    who_was_there_at_the_beginning_gets_it(start_server())
    what_is_not_whole_is_cancelled(start_server())
    what_cannot_be_a_file_is_refused(start_server())
    what_is_malformed_is_answered_or_ends_the_visit(start_server())
