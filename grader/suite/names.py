"""What lesson 06 asks of names and lines; the lessons after it ask it again."""

from __future__ import annotations

from collections.abc import Callable

from grader.suite import scenes
from grader.suite.clock import Clock
from grader.suite.marks import asked_in
from grader.suite.people import NO_NAME, QUESTION, TAKEN, enter, enters, is_heard
from grader.wire.failure import Kind
from grader.wire.patience import PATIENCE
from grader.wire.peer import Peer
from grader.wire.server import Server

MAX_LINE = 65536
LONGEST_NAME = 20
GHOSTS = 20
LOOKS_LIKE_MORE = ("bob: hi", "* bob left", "* welcome, bob", "  spaces  ", " ", "quit")
NO_LINE_ENDS_HERE = ("\ufefflone \r inside", "a\x0bb\x0cc\x1cd\x85e\u2028f")
LINES_OF_ODD_CHARACTERS = (*NO_LINE_ENDS_HERE, "nul \x00, bell \x07, \x1b[31mred, \ttab\t")
BAD_NAMES = (
    "",
    " ",
    " dave",
    "dave ",
    "da ve",
    "x" * (LONGEST_NAME + 1),
    "x" * LONGEST_NAME + "-",
    "x" * 10_000,
    "*",
    "* dave",
    "/who",
    "dave:",
    "d\u00e4ve",
    "\u0661\u0662",
    "da\tve",
    "dave\x00",
    "dave\r\r",
    "da.ve",
    "dave\u200b",
    "\ufeffdave",
    "da\u017fe",
    "\u212aate",
)


def is_refused(visitor: Peer, name: str, reason: str) -> None:
    """Let a visitor claim a name, be refused, and be asked again."""
    visitor.sends(name)
    visitor.gets(reason, QUESTION)


@asked_in("6.4")
def bad_names_are_refused(visitor: Peer) -> None:
    """Let a visitor, who has been asked, claim what is no name."""
    for name in BAD_NAMES:
        is_refused(visitor, name, NO_NAME)
    visitor.sends_bytes(b"da\xffve\n")
    visitor.gets(NO_NAME, QUESTION)


@asked_in("6.3")
def lines_go_out_as_they_are(alice: Peer, bob: Peer, carol: Peer) -> None:
    """Let three people say what looks like something else, is empty, odd or long."""
    for line in LOOKS_LIKE_MORE:
        is_heard(alice, line, bob, carol)
    alice.sends("", "")
    alice.sends_bytes(b"\r\n")
    is_heard(alice, "after nothing", bob, carol)
    alice.sends("twice", "twice")
    for listener in (bob, carol):
        listener.gets("alice: twice", "alice: twice")
    alice.sends_bytes(b"gr\xc3\xbc\xc3\x9fe \xff\n")
    bob.gets("alice: gr\u00fc\u00dfe \ufffd")
    for line in LINES_OF_ODD_CHARACTERS:
        is_heard(alice, line, bob)
    alice.sends_bytes(b"two at the end\r\r\n")
    bob.gets("alice: two at the end\r")
    alice.sends_bytes(b"\r\r\n")
    bob.gets("alice: \r")
    longest = scenes.counted(MAX_LINE)
    bob.sends(longest, "glued to it")
    alice.gets(f"bob: {longest}", "bob: glued to it")
    carol.gets("alice: gr\u00fc\u00dfe \ufffd")
    carol.gets(*(f"alice: {line}" for line in (*LINES_OF_ODD_CHARACTERS, "two at the end\r", "\r")))
    carol.gets(f"bob: {longest}", "bob: glued to it")


@asked_in("6.12")
def too_much_for_a_name(server: Server) -> Peer:
    """Who has no name may claim a long line, and is hung up on behind one that is too long.

    Return who it was: the connection still stands.
    """
    nobody = server.visitor("nobody")
    nobody.gets(QUESTION)
    is_refused(nobody, "x" * MAX_LINE, NO_NAME)
    nobody.sends_bytes(b"x" * (MAX_LINE + 1))
    nobody.gets("* line too long")
    nobody.gets_hung_up_on()
    return nobody


@asked_in("6.7")
def half_a_line_is_no_line(leaver: Peer, *others: Peer) -> None:
    """Let somebody leave in the middle of a line; the others hear of the leaving only."""
    leaver.sends_bytes(b"and half a li")
    leaver.ends_its_stream()
    leaver.gets_hung_up_on()
    for other in others:
        other.gets(f"* {leaver.name} left")


@asked_in("6.9")
def exactly_one_wins(start_server: Callable[..., Server]) -> None:
    """Of many who claim a name at the same moment, in different letter case."""
    server = start_server(restless=True)
    (alice,) = enter(server, "alice")
    for number in range(5):
        claimants = [server.visitor(f"claimant {one}") for one in range(12)]
        for claimant in claimants:
            claimant.gets(QUESTION)
        for one, claimant in enumerate(claimants):
            claimant.sends(f"Max{number}" if one % 2 else f"max{number}")
        answers = [claimant.gets_line() for claimant in claimants]
        winner = scenes.the_only_one(claimants, answers, TAKEN)
        name = answers[claimants.index(winner)].removeprefix("* welcome, ")
        alice.gets(f"* {name} joined")
        alice.sends(f"who is it, {number}?")
        winner.gets(f"alice: who is it, {number}?")
        for loser in claimants:
            if loser is not winner:
                loser.gets(QUESTION)
                is_refused(loser, "", NO_NAME)
                loser.hangs_up()
        winner.hangs_up()
        alice.gets(f"* {name} left")


@asked_in("6.8")
def ghosts_leave(server: Server, alice: Peer, *others: Peer) -> None:
    """Whoever vanishes right behind their name leaves like anybody else, if they ever came in."""
    for _ in range(GHOSTS):
        ghost = server.visitor("ghost")
        ghost.gets(QUESTION)
        ghost.sends("ghost")
        ghost.resets()
    last = server.visitor("ghost")
    last.gets(QUESTION)
    clock = Clock(PATIENCE * server.stage.slowness)
    last.sends("ghost")
    while last.gets_one_of("* welcome, ghost", TAKEN) == TAKEN:
        last.gets(QUESTION)
        if clock.past() > clock.seconds:
            words = "'* welcome, ghost': all of that name have gone"
            raise server.failed(Kind.SILENCE, words, repr(TAKEN))
        alice.sends("boo")  # who frees a name with the next line has a mistake of their own
        server.stage.lets_time_pass(scenes.SETTLED)
        last.sends("ghost")
    last.sends("I am real")
    for person in (alice, *others):
        present = 0
        while (line := person.gets_line("'ghost: I am real'")) != "ghost: I am real":
            known = {"* ghost joined": 1, "* ghost left": -1, f"{alice.name}: boo": 0}
            present += known.get(line, 3)
            if present not in (0, 1, 2):  # a name is free before it is said
                words = "each ghost to join, and to leave"
                raise server.stage.fail(Kind.DIFFERENT, person.name, words, repr(line))
    last.hangs_up()
    for person in (alice, *others):
        person.gets("* ghost left")


def holds_to_lesson_06(server: Server, alice: Peer, bob: Peer) -> None:
    """What is said goes out as it is, and what is no name is none."""
    carol = enters(server, "carol", alice, bob)
    lines_go_out_as_they_are(alice, bob, carol)
    dave = server.visitor("dave")
    dave.gets(QUESTION)
    bad_names_are_refused(dave)
    dave.hangs_up()
    half_a_line_is_no_line(carol, alice, bob)
    ghosts_leave(server, alice, bob)
