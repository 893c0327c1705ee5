"""What lesson 06 asks: a server that knows people by name, and a client that says one."""

from hypothesis import strategies as st

from grader.suite import for_any, handshakes, scenes, starting, task
from grader.suite.clock import takes_no_second
from grader.suite.delay import follow_each_other_at_once
from grader.suite.names import (
    NO_LINE_ENDS_HERE,
    bad_names_are_refused,
    exactly_one_wins,
    ghosts_leave,
    is_refused,
    lines_go_out_as_they_are,
    too_much_for_a_name,
)
from grader.suite.people import (
    DISCONNECTED,
    NO_NAME,
    PROMPT,
    QUESTION,
    TAKEN,
    asks_and_gets,
    comes_in,
    company,
    enter,
    enters,
    hears,
    is_heard,
    meets,
    memory_stays_small,
)
from grader.wire.client import Client
from grader.wire.crowd import queue_holds
from grader.wire.patience import STARTING
from grader.wire.program import INTERRUPT, TERMINATE
from grader.wire.scripted import ScriptedServer

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
LONGEST = 4 * MAX_LINE
MIB = 1024 * 1024
BACKLOG = 1000
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
LONGEST_NAME = 20
LAST = 200
LESSON = "06_usernames"


@task("6.1")
def test_who_says_a_name_is_welcomed(start_server):
    for name in ("alice", "Zoe_the-2nd"):
        enters(start_server(), name)


@task("6.2", needs=["6.1"])
def test_the_others_hear_who_joins_and_who_leaves(server):
    alice, bob = enter(server, "alice", "bob")
    for leave in ("hangs_up", "resets", "ends_its_stream"):
        carol = enters(server, "carol", alice, bob)
        is_heard(alice, "hello", bob, carol)
        is_heard(bob, "hello", alice, carol)
        getattr(carol, leave)()
        alice.gets("* carol left")
        bob.gets("* carol left")
        for number in (1, 2, 3):
            is_heard(alice, f"{number} after carol {leave}", bob)
        is_heard(bob, "and back", alice)


@task("6.3", needs=["6.2"])
def test_a_line_goes_out_under_its_senders_name(start_server):
    alice, bob, carol = enter(start_server(short_sends=True), "alice", "bob", "carol")
    is_heard(alice, "hi", bob, carol)
    is_heard(bob, "fence", alice, carol)
    is_heard(alice, "/who", bob, carol)
    lines_go_out_as_they_are(alice, bob, carol)


@task("6.4", needs=["6.1"])
def test_what_is_no_name_is_refused_and_may_be_tried_again(server):
    (alice,) = enter(server, "alice")
    dave = server.visitor("dave")
    dave.gets(QUESTION)
    bad_names_are_refused(dave)
    dave.sends("x" * LONGEST_NAME)
    dave.gets(f"* welcome, {'x' * LONGEST_NAME}")
    alice.gets(f"* {'x' * LONGEST_NAME} joined")
    alice.sends("hello")
    dave.gets("alice: hello")
    for name in ("-", "0", "_-_", "Q", "admin"):
        enters(server, name, alice)
    erin = server.visitor("erin")
    erin.gets(QUESTION)
    asks_and_gets(erin, "server", "* welcome, server")
    alice.gets("* server joined")


CLAIMS = st.one_of(
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=LONGEST_NAME + 2),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=4),
)


@task("6.5", needs=["6.4"])
@for_any(examples=20, claims=st.lists(CLAIMS, min_size=1, max_size=8))
def test_any_text_is_a_name_or_is_refused(server, claims):
    witness = server.witness or server.keeps(enters(server, "the-witness"))
    for claim in claims:
        dave = server.visitor("dave")
        dave.gets(QUESTION)
        if 1 <= len(claim) <= LONGEST_NAME and set(claim) <= set(LETTERS):
            dave.sends(claim)
            dave.gets(f"* welcome, {claim}")
            dave.hangs_up()
            witness.gets(f"* {claim} joined", f"* {claim} left")
        else:
            is_refused(dave, claim, NO_NAME)
            dave.hangs_up()


@task("6.6", needs=["6.1"])
def test_a_taken_name_is_refused_and_its_owner_unharmed(server):
    bob, alice, carol = enter(server, "bob", "Alice", "carol")
    mallory = server.visitor("mallory")
    mallory.gets(QUESTION)
    for name in ("Alice", "alice", "ALICE", "aLiCe") * 5:
        is_refused(mallory, name, TAKEN)
    is_heard(alice, "still me", bob, carol)
    is_heard(bob, "so I see", alice, carol)
    second = server.visitor("second")
    second.gets(QUESTION)
    is_refused(second, "alice", TAKEN)
    second.hangs_up()
    mallory.ends_its_stream()
    mallory.gets_hung_up_on()
    third = server.visitor("third")
    third.gets(QUESTION)
    a_b = enters(server, "a_b", bob, alice, carol)
    is_refused(third, "ALICE", TAKEN)
    is_heard(alice, "and still", bob, carol, a_b)
    third.sends("a-b")
    third.gets("* welcome, a-b")
    for person in (alice, bob, carol, a_b):
        person.gets("* a-b joined")
    is_heard(bob, "hello", alice, carol, a_b, third)


@task("6.7", needs=["6.1"])
def test_a_name_is_a_line_however_it_is_cut(start_server):
    for options in ((), ("--buffer", "1"), ("--buffer", "65536")):
        server = start_server(*options)
        (alice,) = enter(server, "alice")
        bob = server.visitor("bob")
        bob.gets(QUESTION)
        bob.sends("bob", "my first words", "and my second")
        bob.gets("* welcome, bob")
        alice.gets("* bob joined", "bob: my first words", "bob: and my second")
        carol = server.visitor("carol")
        carol.sends_in_pieces(b"carol\r\nhello\r\n")
        carol.gets(QUESTION, "* welcome, carol")
        alice.gets("* carol joined", "carol: hello")
        bob.gets("* carol joined", "carol: hello")
        dave = server.visitor("dave")
        dave.sends("no name", "alice", "dave", "at last")
        dave.gets(QUESTION, NO_NAME, QUESTION, TAKEN, QUESTION, "* welcome, dave")
        alice.gets("* dave joined", "dave: at last")
        dave.ends_its_stream()
        dave.gets_hung_up_on()
        erin = server.visitor("erin")
        erin.sends_bytes(b"erin\nin passing\nand half a li")
        erin.ends_its_stream()
        erin.gets(QUESTION, "* welcome, erin")
        erin.gets_hung_up_on()
        alice.gets("* dave left", "* erin joined", "erin: in passing", "* erin left")
        frank = server.visitor("frank")
        frank.ends_its_stream_with(b"no name\nbob\nfrank")
        frank.gets(QUESTION, NO_NAME, QUESTION, TAKEN, QUESTION)
        frank.gets_hung_up_on()
        is_heard(bob, "who was that?", alice)


@task("6.8", needs=["6.1"])
def test_who_has_no_name_is_nobody(server):
    before = scenes.has_had_guests(server, 20, lambda guest: guest.gets(QUESTION))
    silent, hidden = server.visitors("silent", "hidden")
    hidden.sends_bytes(b"hid")
    alice, bob = enter(server, "alice", "bob")
    in_company = server.usage()
    refused = server.visitor("refused")
    refused.gets(QUESTION)
    is_refused(refused, "no name", NO_NAME)
    is_refused(refused, "alice", TAKEN)
    scenes.vanishes(server)
    for guest in server.visitors("one", "two", "three", "four"):
        guest.gets(QUESTION)
        guest.hangs_up()
    odd = server.visitor("odd")
    odd.sends_bytes(b"\xff\xfe\xfd")
    odd.waits_until_received()
    odd.resets()
    is_heard(alice, "who is here?", bob)
    ghosts_leave(server, alice, bob)
    refused.hangs_up()
    server.is_back_to(in_company)
    is_heard(bob, "only us", alice)
    hidden.sends_bytes(b"den\n")
    hidden.gets(QUESTION, "* welcome, hidden")
    alice.gets("* hidden joined")
    bob.gets("* hidden joined")
    silent.gets(QUESTION)
    silent.sends("late")
    silent.gets("* welcome, late")
    for person in (silent, hidden, alice, bob):
        person.hangs_up()
    server.is_back_to(before)


@task("6.9", needs=["6.6"])
def test_of_many_claims_at_one_moment_exactly_one_wins(start_server):
    exactly_one_wins(start_server)


@task("6.10", needs=["6.2"])
def test_a_name_is_free_before_the_others_hear_of_it(server):
    alice, bob = enter(server, "alice", "bob")
    waiting = server.visitor("carol")
    waiting.gets(QUESTION)
    for leave in ("hangs_up", "resets", "ends_its_stream") * 2:
        getattr(bob, leave)()
        alice.gets("* bob left")
        waiting.sends("BOB")
        waiting.gets("* welcome, BOB")
        alice.gets("* BOB joined")
        waiting.ends_its_stream()
        waiting.gets_hung_up_on()
        alice.gets("* BOB left")
        bob = enters(server, "bob", alice)
        waiting = server.visitor("carol")
        waiting.gets(QUESTION)


@task("6.11", needs=["6.3"])
def test_notices_and_chat_stand_in_one_order(start_server):
    is_in_the_room_when_welcomed(start_server(restless=True))
    server = start_server(restless=True)
    dave, erin, alice, bob = enter(server, "dave", "erin", "alice", "bob")
    guests = [server.visitor(f"guest{number}") for number in range(8)]
    for talker in (alice, bob):
        talker.begins_to_send("".join(f"line {number}\n" for number in range(LAST)).encode())
    for guest in guests:
        guest.gets(QUESTION)
        guest.sends(guest.name)
    for guest in guests:
        guest.gets(f"* welcome, {guest.name}")
    leaving = guests[::2]
    for guest in leaving:
        guest.hangs_up()
    heard = [dave.gets_line() for _ in range(2 * LAST + len(guests) + len(leaving))]
    for talker in (alice, bob):
        said = [f"{talker.name}: line {number}" for number in range(LAST)]
        scenes.said_in_this_order(dave, heard, said)
    for guest in leaving:
        scenes.said_in_this_order(dave, heard, [f"* {guest.name} joined", f"* {guest.name} left"])
    erin.gets(*heard)
    for guest in guests[1::2]:
        scenes.said_in_this_order(dave, heard, [f"* {guest.name} joined"])
        guest.gets(*heard[heard.index(f"* {guest.name} joined") + 1 :])


def is_in_the_room_when_welcomed(server):
    """As soon as newcomers have the receipt, they hear what is said."""
    alice, bob = enter(server, "alice", "bob")
    for name in ("frank", "grace", "heidi"):
        newcomer = server.visitor(name)
        newcomer.gets(QUESTION)
        asks_and_gets(newcomer, name, f"* welcome, {name}")
        alice.sends("can you hear me?")
        newcomer.gets("alice: can you hear me?")
        newcomer.hangs_up()
        alice.gets(f"* {name} joined", f"* {name} left")
        bob.gets(f"* {name} joined", "alice: can you hear me?", f"* {name} left")


@task("6.12", needs=["6.2"])
def test_a_line_that_is_too_long_costs_its_sender_only(start_server):
    server = start_server("--buffer", "65536")
    scenes.has_had_guests(server, 8, lambda guest: guest.gets(QUESTION))
    alice, bob = enter(server, "alice", "bob")
    alone = server.usage()
    before = server.memory()
    mallory = enters(server, "mallory", alice, bob)
    too_much_for_a_name(server).is_reset_in_the_end(within=1.0)
    mallory.sends_bytes(
        b"before\n" + b"x" * (MAX_LINE + 1) + b"\nafter\n" + b"y" * 32 * MIB,
        even_if_hung_up_on=True,
    )
    mallory.gets("* line too long")
    mallory.gets_hung_up_on()
    for person in (alice, bob):
        person.gets("mallory: before", "* mallory left")
    owner = enters(server, "mallory", alice, bob)
    mallory.hangs_up()
    is_heard(owner, "I am another one", alice, bob)
    owner.hangs_up()
    for person in (alice, bob):
        person.gets("* mallory left")
    server.is_back_to(alone)
    is_heard(alice, "all well", bob)
    is_heard(bob, "all well", alice)
    server.has_not_grown_by(8 * MIB, since=before)
    dave = enters(server, "dave", alice, bob, receive_buffer=scenes.SMALL_BUFFER)
    dave.goes_silent()
    due = [scenes.counted(1000, number) for number in range(8)]
    for line in due:
        is_heard(alice, line, bob)
    dave.begins_to_send(b"x" * (MAX_LINE + 1) + b"\nafter\n" + b"y" * 300_000)
    server.stage.lets_time_pass(0.1)
    dave.reads_again()
    dave.gets(*(f"alice: {line}" for line in due), "* line too long")
    dave.gets_hung_up_on()
    dave.hangs_up()
    for person in (alice, bob):
        person.gets("* dave left")
    nobody_waits_while_she_is_hung_up_on(server, alice, bob)


def nobody_waits_while_she_is_hung_up_on(server, alice, bob):
    """Eve stays, and is waited for, for a second: by her own thread, and by no other."""

    def eve_is_refused():
        eve = enters(server, "eve", alice, bob)
        eve.sends_bytes(b"x" * (MAX_LINE + 1))
        eve.gets("* line too long")
        return eve

    def the_room_goes_on(eve):
        alice.sends("go on")
        if bob.gets_one_of("alice: go on", "* eve left") == "* eve left":
            bob.gets("alice: go on")
            gone.append(eve)

    def eve_goes(eve):
        eve.hangs_up()
        for person in (alice,) if eve in gone else (alice, bob):
            person.gets("* eve left")

    gone = []  # who was announced before the line
    what = "a line of the room, while eve is hung up on,"
    takes_no_second(server.stage, "bob", what, eve_is_refused, the_room_goes_on, eve_goes)


@task("6.13", needs=["6.3"])
def test_it_starts_and_ends_as_every_server_does(stage, start_server):
    server = start_server()
    alice, bob = enter(server, "alice", "bob")
    follow_each_other_at_once(alice, bob, "alice: ")
    queue_holds(server, BACKLOG)
    is_heard(alice, "the crowd has gone", bob)
    memory_stays_small(start_server())
    starting.refuses_to_start(stage, server)
    scenes.ends_when_told(start_server, company)
    scenes.starts_again_at_once(start_server(buffered=True), lambda ann: ann.gets(QUESTION))


@task("6.14")
def test_the_client_says_the_name_it_was_given_or_asks(start_client, scripted_server):
    client, server = meets(start_client, scripted_server, "--name", "bob")
    server.ends_its_stream()  # without having asked
    client.prints(DISCONNECTED)
    client.ends(1)
    server.gets_hung_up_on()

    handshakes.says_the_name_it_was_given_or_asks(start_client, scripted_server)

    client, server = meets(start_client, scripted_server, terminal=scenes.HAS_TERMINALS)
    server.sends(QUESTION)
    client.shows(PROMPT)
    client.has_read_its_keyboard()
    client.types("dave")
    server.gets("dave")
    server.sends("* welcome, dave")
    client.shows("* welcome, dave")

    client, server = meets(start_client, scripted_server, restless=True)
    handshakes.is_asked(client, server)
    for number in range(8):
        client.types(f"erin{number}")  # as soon as the prompt is there
        server.gets(f"erin{number}")
        handshakes.is_asked(client, server, TAKEN)
    handshakes.answers(client, server, "erin")


@task("6.15", needs=["6.14"])
def test_what_is_typed_too_early_waits_and_is_never_a_name(stage, start_client, scripted_server):
    handshakes.early_lines_wait_and_are_never_names(start_client, scripted_server)

    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)  # many turns to overtake
    client, server = meets(start_client, narrow, to=narrow)
    early = [scenes.counted(60_000, number) for number in range(20)]  # more than the kernels take
    client.types(*early)
    client.has_read_its_keyboard()
    handshakes.is_asked(client, server)
    client.types("bob")
    server.gets("bob")
    server.goes_silent()
    hears(client, server, "* welcome, bob")
    client.types("late")
    client.has_read_its_keyboard()
    server.reads_again()
    server.gets(*early, "late")


@task("6.16", needs=["6.14"])
def test_the_client_leaves_before_it_is_welcome(start_client, scripted_server):
    at_the_prompt = (
        lambda client: client.types("quit"),
        lambda client: client.types("exit"),
        Client.has_its_keyboard_closed,
    )
    for leave in at_the_prompt:
        for refused in ((), ("b b",)):
            client, server = meets(start_client, scripted_server)
            handshakes.is_asked(client, server)
            for name in refused:
                client.types(name)
                server.gets(name)
                handshakes.is_asked(client, server, NO_NAME)
            leave(client)
            server.gets_hung_up_on()
            server.hangs_up()
            client.ends(0)
    handshakes.says_its_name_and_leaves(start_client, scripted_server)


@task("6.17", needs=["6.14"])
def test_the_client_keeps_what_it_could_before(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    handshakes.is_asked(client, server)
    server.hangs_up()
    client.prints(DISCONNECTED)
    client.ends(1)

    client, server = comes_in(start_client, scripted_server, short_sends=True)
    long = scenes.counted(20_000)
    client.types(long)
    server.gets(long)
    client.types_bytes(b"half a typed line, ")
    server.sends_in_pieces("alice: byte by byte \U0001f642\r\n".encode())
    client.prints("alice: byte by byte \U0001f642")
    for text in (*NO_LINE_ENDS_HERE, scenes.counted(MAX_LINE), scenes.counted(LONGEST - 7)):
        hears(client, server, f"alice: {text}")
    client.types_bytes(b"and the rest\nquit\nafter it\n")
    server.gets("half a typed line, and the rest")
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)
    client.has_printed_nothing_more()

    client, server = comes_in(start_client, scripted_server)
    server.sends("alice: good night")
    server.waits_until_received()
    server.resets()
    client.prints("alice: good night", DISCONNECTED)
    client.ends(1)

    client, server = comes_in(start_client, scripted_server)
    client.types_bytes(b"no end behind the last words")
    client.has_its_keyboard_closed()
    server.gets("no end behind the last words")
    server.gets_hung_up_on()  # and does not close
    client.ends(0)

    for number in (INTERRUPT, TERMINATE):
        client, server = meets(start_client, scripted_server, buffered=True)  # it flushes
        handshakes.is_asked(client, server)
        if number == TERMINATE:
            handshakes.answers(client, server, "bob")
        client.has_read_its_keyboard()
        client.is_told_to_stop(number)
        client.ends(0)
    for name in (("--name", "bob"), ()):  # by a server that does not ask
        client, _silent = meets(start_client, scripted_server, *name)
        client.types("early")
        client.has_read_its_keyboard()
        client.is_told_to_stop(INTERRUPT)
        client.ends(0)
    scripted_server.close()
    client = start_client("--name", "bob")
    client.ends(1, within=STARTING)
    client.says_on_stderr(f"cannot connect to 127.0.0.1:{scripted_server.port}: ")


def talk_to_each_other(alice, bob):
    """Two clients that have said their names hear each other, and one of them leaves."""
    alice.prints("* bob joined")
    for number in range(3):
        alice.types(f"number {number}")
        bob.prints(f"alice: number {number}")
        bob.types(f"{number} it is")
        alice.prints(f"bob: {number} it is")
    bob.types("quit")
    bob.ends(0)
    alice.prints("* bob left")


@task("6.18", needs=["6.3", "6.14"])
def test_both_understand_the_kits_own_programs(server, start_client, kit_server, kit_client):
    alice = kit_client(LESSON, server.port, "--name", "alice", name="alice")
    alice.prints(QUESTION, "* welcome, alice", within=STARTING)
    bob = kit_client(LESSON, server.port, "--name", "bob", name="bob")
    bob.prints(QUESTION, "* welcome, bob", within=STARTING)
    talk_to_each_other(alice, bob)

    port = str(kit_server(LESSON).port)
    alice = start_client("--port", port, "--name", "alice", name="alice")
    alice.prints(QUESTION, "* welcome, alice", within=STARTING)
    bob = start_client("--port", port, name="bob")
    bob.prints(QUESTION, within=STARTING)
    bob.prompts(PROMPT)
    bob.types("ALICE")
    bob.prints(TAKEN, QUESTION)
    bob.prompts(PROMPT)
    bob.types("bob")
    bob.prints("* welcome, bob")
    talk_to_each_other(alice, bob)
