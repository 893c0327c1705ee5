"""What lesson 07 asks of commands; the lessons after it ask it again."""

from __future__ import annotations

from collections.abc import Callable

from grader.suite import scenes
from grader.suite.marks import asked_in
from grader.suite.people import (
    GOODBYE,
    NO_NAME,
    QUESTION,
    TAKEN,
    asks_and_gets,
    enter,
    enters,
    is_heard,
)
from grader.wire.peer import Peer
from grader.wire.server import Server

MAX_LINE = 65536
UNKNOWN = (
    ("/", ""),
    ("/dance", "dance"),
    ("/Who", "Who"),
    ("/QUIT", "QUIT"),
    ("/whoami", "whoami"),
    ("/dance with me", "dance"),
    ("/ who", ""),
    (f"/{'x' * 20}", "x" * 20),
    (f"/{'x' * 30} y", "x" * 20),
    (f"/{chr(0xFC) * 25}", chr(0xFC) * 20),
    ("/\twho", "\twho"),
)
MISUSED = (
    ("/who is here", "/who"),
    ("/help me", "/help"),
    ("/quit now", "/quit"),
    ("/msg", "/msg NAME TEXT"),
    ("/msg ", "/msg NAME TEXT"),
    ("/msg bob", "/msg NAME TEXT"),
    ("/msg bob ", "/msg NAME TEXT"),
    ("/msg  bob hi", "/msg NAME TEXT"),
    ("/msg dave", "/msg NAME TEXT"),
    ("/nick", "/nick NEW"),
    ("/nick ", "/nick NEW"),
)
PRIVATE = (" ", "/who", "//x", "* goodbye", "carol: hi", "gr\u00fc\u00dfe", "/msg carol hi")
CHAT = (
    "who",
    "quit",
    " /who",
    "* bob left",
    "* goodbye",
    "* told bob",
    "* here: nobody",
    "bob: hi",
    "bob (private): psst",
    "* what is your name?",
    "* welcome, alice",
    "NICK bob",
    "-/quit",
    "see http://x//y",
    "lone \r/quit",
    "who\x0b/quit\x0c/quit\x1c/quit\x85/quit\u2028/quit",  # one line
    "nul \x00, bell \x07, \x1b[31mred, \ttab\t",
)


@asked_in("7.2")
def who_lists_the_people(server: Server) -> None:
    """Those who have names are listed, letter case ignored, as they come and go."""
    server.visitor("nobody").gets(QUESTION)
    (bob,) = enter(server, "bob")
    asks_and_gets(bob, "/who", "* here: bob")
    people = [bob]
    for name in ("Zoe", "alice", "Boz", "0range", "x_", "-y"):
        people.append(enters(server, name, *people))
    bob.sends("/who")
    people[2].sends_bytes(b"/who\r\n")
    for person in (bob, people[2]):
        person.gets("* here: -y, 0range, alice, bob, Boz, x_, Zoe")
    people.pop(3).hangs_up()
    for person in people:
        person.gets("* Boz left")
        asks_and_gets(person, "/who", "* here: -y, 0range, alice, bob, x_, Zoe")


@asked_in("7.3")
def a_private_message_reaches_one_person(server: Server) -> None:
    """Whoever is called so gets it, in any letter case, and nobody else."""
    alice, bob, carol = enter(server, "alice", "Bob", "carol")
    alice.sends("/msg Bob psst")
    bob.gets("alice (private): psst")
    alice.gets("* told Bob")
    bob.sends("/msg ALICE  two  spaces  ")
    alice.gets("Bob (private):  two  spaces  ")
    bob.gets("* told alice")
    longest = scenes.counted(MAX_LINE - len("/msg bob "))
    for text in (*PRIVATE, scenes.counted(20_000), longest):
        carol.sends(f"/msg bob {text}")
        bob.gets(f"carol (private): {text}")
        carol.gets("* told Bob")
    asks_and_gets(alice, "/msg aLiCe note", "alice (private): note", "* told alice")
    for name in ("Dave", "bo", "bobb", "bob,", "\u212aarl", "*"):
        asks_and_gets(alice, f"/msg {name} hi", f"* no one here is called {name}")
    server.visitor("nobody").gets(QUESTION)
    asks_and_gets(alice, "/msg nobody hi", "* no one here is called nobody")
    is_heard(alice, "out loud", bob, carol)
    is_heard(bob, "so be it", alice, carol)


@asked_in("7.4")
def a_new_name_is_announced_and_used(server: Server) -> None:
    """All hear of it, what is said later goes out under it, and the old one is free."""
    people = alice, bob, carol = enter(server, "alice", "bob", "carol")

    def becomes(person: Peer, old: str, new: str) -> None:
        """Let somebody take a new name, which all hear."""
        person.sends(f"/nick {new}")
        for one in people:
            one.gets(f"* {old} is now {new}")

    becomes(alice, "alice", "Anna")
    is_heard(alice, "hi", bob, carol, under="Anna")
    asks_and_gets(bob, "/who", "* here: Anna, bob, carol")
    asks_and_gets(bob, "/msg alice hi", "* no one here is called alice")
    bob.sends("/msg anna hi")
    alice.gets("bob (private): hi")
    bob.gets("* told Anna")
    alice.sends("/msg bob it is me")
    bob.gets("Anna (private): it is me")
    alice.gets("* told bob")
    for new in ("no name", "", " ", "x" * 21, "d\u00e4ve", "/who", " bert", "bert "):
        asks_and_gets(bob, f"/nick {new or '*'}", NO_NAME)
    for new in ("carol", "CAROL", "anna"):
        asks_and_gets(bob, f"/nick {new}", TAKEN)
    is_heard(bob, "still me", alice, carol)
    for old, new in (("Anna", "ANNA"), ("ANNA", "ANNA"), ("ANNA", "anna")):
        becomes(alice, old, new)
    becomes(bob, "bob", "alice")
    becomes(bob, "alice", "x" * 20)
    dave = server.visitor("dave")
    dave.gets(QUESTION)
    asks_and_gets(dave, "Anna", TAKEN, QUESTION)
    asks_and_gets(dave, "bob", "* welcome, bob")
    for person in people:
        person.gets("* bob joined")
    alice.hangs_up()
    for person in (bob, carol, dave):
        person.gets("* anna left")
    asks_and_gets(carol, "/nick Anna", "* carol is now Anna")
    bob.gets("* carol is now Anna")
    dave.gets("* carol is now Anna")


@asked_in("7.6")
def quit_says_goodbye_and_hangs_up(server: Server) -> None:
    """Whoever says /quit gets what was due, a goodbye and the end; what comes behind is ignored."""
    alice, bob, carol = enter(server, "alice", "bob", "carol")
    bob.sends("a last word", "/who", "/quit", "too late", "/msg alice too late")
    bob.gets("* here: alice, bob, carol", GOODBYE)
    bob.gets_hung_up_on()
    for person in (alice, carol):
        person.gets("bob: a last word", "* bob left")
    is_heard(alice, "has bob gone?", carol)
    carol.sends_bytes(b"/quit\r\n")
    carol.gets(GOODBYE)
    carol.gets_hung_up_on()
    alice.gets("* carol left")
    asks_and_gets(alice, "/who", "* here: alice")
    gone, bob = bob, enters(server, "bob", alice)
    is_heard(bob, "I am back", alice)
    dave = enters(server, "dave", alice, bob, receive_buffer=scenes.SMALL_BUFFER)
    dave.goes_silent()
    due = [scenes.counted(1000, number) for number in range(8)]
    for line in due:
        is_heard(alice, line, bob)
    dave.begins_to_send(b"/quit\nafter it\n" + b"y" * 300_000)
    server.stage.lets_time_pass(0.1)
    dave.reads_again()
    dave.gets(*(f"alice: {line}" for line in due), GOODBYE)
    dave.gets_hung_up_on()
    for person in (alice, bob):
        person.gets("* dave left")
    gone.is_reset_in_the_end(within=1.0)
    asks_and_gets(bob, "/quit", GOODBYE)
    alice.gets("* bob left")
    asks_and_gets(alice, "/quit", GOODBYE)
    alice.gets_hung_up_on()


@asked_in("7.7")
def mistakes_are_answered(alice: Peer, bob: Peer) -> None:
    """What is no command, or not used as it should be, gets an answer, and nobody else hears it."""
    for line, word in UNKNOWN:
        asks_and_gets(alice, line, f"* unknown command /{word}, try /help")
    for line, form in MISUSED:
        asks_and_gets(alice, line, f"* usage: {form}")
    asks_and_gets(alice, "/nick two names", NO_NAME)
    is_heard(alice, "never mind", bob)
    is_heard(bob, "I heard nothing", alice)


@asked_in("7.8")
def what_is_no_command_is_chat(alice: Peer, bob: Peer, carol: Peer) -> None:
    """Let alice say what only looks like a command, and carol what needed a second slash."""
    for line in CHAT:
        is_heard(alice, line, bob, carol)
    for line in ("//who", "//", "///x", "// x", "//quit now", "//a//b"):
        alice.sends(line)
        for person in (bob, carol):
            person.gets(f"alice: {line[1:]}")
    is_heard(carol, "no one has gone", alice, bob)


def holds_to_lesson_07(start_server: Callable[..., Server]) -> None:
    """Every command does what it did, and what is none is chat."""
    who_lists_the_people(start_server())
    a_private_message_reaches_one_person(start_server())
    a_new_name_is_announced_and_used(start_server())
    quit_says_goodbye_and_hangs_up(start_server())
    server = start_server()
    alice, bob = enter(server, "alice", "bob")
    mistakes_are_answered(alice, bob)
    what_is_no_command_is_chat(alice, bob, enters(server, "carol", alice, bob))
