"""What lesson 07 asks: commands for the server, a word to one person, and the room of 06."""

from hypothesis import strategies as st

from grader.suite import commands, for_any, handshakes, names, scenes, starting, task
from grader.suite.delay import follow_each_other_at_once
from grader.suite.people import (
    GOODBYE,
    LONG_LINE,
    NO_NAME,
    PROMPT,
    QUESTION,
    TAKEN,
    asks_and_gets,
    company,
    enter,
    enters,
    hears,
    is_heard,
    meets,
    memory_stays_small,
    one_vanishes_while_another_talks,
)
from grader.wire.crowd import queue_holds
from grader.wire.patience import STARTING

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MIB = 1024 * 1024
LONG = scenes.counted(20_000)
BACKLOG = 1000
LESSON = "07_commands"
FORMS = ("/who", "/msg NAME TEXT", "/nick NEW", "/help", "/quit")


@task("7.1")
def test_the_room_of_lesson_06_is_still_there(server):
    alice, bob = enter(server, "alice", "bob")
    dave = server.visitor("dave")
    dave.gets(QUESTION)
    for name, reason in (
        ("/who", NO_NAME),
        ("/nick dave", NO_NAME),
        ("/msg bob hi", NO_NAME),
        ("/help", NO_NAME),
        ("/quit", NO_NAME),
        ("BOB", TAKEN),
    ):
        asks_and_gets(dave, name, reason, QUESTION)
    is_heard(alice, "hi", bob)
    for line in ("", "\r"):
        bob.sends(line)
    is_heard(bob, "  hello ", alice)
    asks_and_gets(dave, "dave", "* welcome, dave")
    for person in (alice, bob):
        person.gets("* dave joined")
    for leave in ("hangs_up", "resets", "ends_its_stream"):
        getattr(dave, leave)()
        alice.gets("* dave left")
        bob.gets("* dave left")
        dave = enters(server, "dave", alice, bob)
    is_heard(dave, "I am back", alice, bob)


@task("7.2", needs=["7.1"])
def test_who_lists_the_people_with_names(server):
    commands.who_lists_the_people(server)


@task("7.3", needs=["7.1"])
def test_a_private_message_reaches_one_person(start_server):
    commands.a_private_message_reaches_one_person(start_server(short_sends=True))


@task("7.4", needs=["7.2", "7.3"])
def test_a_new_name_is_announced_and_used_from_then_on(start_server):
    commands.a_new_name_is_announced_and_used(start_server())
    two_claim_one_name(start_server(restless=True))


def two_claim_one_name(server):
    """Exactly one of them has it from then on, each time."""
    alice, bob, carol = enter(server, "alice", "bob", "carol")
    called = {alice: "alice", bob: "bob"}
    for number in range(5):
        for claimant in called:
            claimant.sends(f"/nick twin{number}")
        announcements = {f"* {name} is now twin{number}": one for one, name in called.items()}
        announced = carol.gets_one_of(*announcements)
        for claimant in called:
            if claimant is announcements[announced]:
                claimant.gets(announced)
                called[claimant] = f"twin{number}"
            else:
                claimant.gets_in_any_order(announced, TAKEN)
        is_heard(carol, f"who is it, {number}?", alice, bob)


@task("7.5", needs=["7.1"])
def test_help_shows_every_command(server):
    alice, bob = enter(server, "alice", "bob")
    asks_and_gets(alice, "/help", *(f"* {form}" for form in FORMS))
    is_heard(alice, "thanks", bob)
    is_heard(bob, "what for?", alice)


@task("7.6", needs=["7.1"])
def test_quit_says_goodbye_and_hangs_up(server):
    commands.quit_says_goodbye_and_hangs_up(server)


@task("7.7", needs=["7.1"])
def test_a_mistake_in_a_command_is_answered_and_costs_nothing(server):
    commands.mistakes_are_answered(*enter(server, "alice", "bob"))


@task("7.8", needs=["7.1"])
def test_what_is_no_command_is_chat(server):
    commands.what_is_no_command_is_chat(*enter(server, "alice", "bob", "carol"))


@task("7.9", needs=["7.2"])
def test_a_command_is_a_line_however_it_is_cut(start_server):
    for options in ((), ("--buffer", "1")):
        server = start_server(*options)
        (alice,) = enter(server, "alice")
        alice.sends_in_pieces(b"/who\r\n/msg alice psst\n")
        alice.gets("* here: alice", "alice (private): psst", "* told alice")
        bob = server.visitor("bob")
        bob.sends("bob", "/msg alice hello", "/nick Bert", "/who", "hi")
        bob.gets(QUESTION, "* welcome, bob", "* told alice", "* bob is now Bert")
        bob.gets("* here: alice, Bert")
        alice.gets("* bob joined", "bob (private): hello", "* bob is now Bert", "Bert: hi")
        carol = server.visitor("carol")
        carol.sends_bytes(b"carol\n/who\n/msg alice half a li")
        carol.ends_its_stream()
        carol.gets(QUESTION, "* welcome, carol", "* here: alice, Bert, carol")
        carol.gets_hung_up_on()
        for person in (alice, bob):
            person.gets("* carol joined", "* carol left")


@task("7.10", needs=["7.5"])
def test_a_reply_does_not_cut_into_a_line(server):
    (alice,) = enter(server, "alice")
    bob = enters(server, "bob", alice, receive_buffer=scenes.SMALL_BUFFER)
    carol = enters(server, "carol", alice, bob)
    bob.goes_silent()
    nobody = "n" * 60_000
    asked = [f"/msg {nobody} hi"] * 20 + ["/help", "/msg bob note", "/dance"]
    bob.begins_to_send("".join(f"{line}\n" for line in asked).encode())
    bob.waits_until_stopped()
    alice.begins_to_send(LONG_LINE * 20 + b"/nick Anna\n")
    alice.waits_until_stopped()
    said = [f"alice: {'x' * 60_000}"] * 20 + ["* alice is now Anna"]
    replies = [f"* no one here is called {nobody}"] * 20 + [f"* {form}" for form in FORMS]
    replies += ["bob (private): note", "* told bob", "* unknown command /dance, try /help"]
    hears_these(bob, said, replies)
    carol.gets(*said)
    alice.gets("* alice is now Anna")

    dora = enters(server, "dora", alice, bob, carol, receive_buffer=scenes.SMALL_BUFFER)
    dora.goes_silent()
    secret = "s" * 60_000
    carol.begins_to_send(f"/msg dora {secret}\n".encode() * 20)
    carol.waits_until_stopped()
    alice.begins_to_send(LONG_LINE * 20)
    alice.waits_until_stopped()
    said = [f"Anna: {'x' * 60_000}"] * 20
    hears_these(dora, said, [f"carol (private): {secret}"] * 20)
    hears_these(carol, said, ["* told dora"] * 20)


def hears_these(person, *orders):
    """Let somebody read on, and hear just these lines, each list of them in its order."""
    person.stage.lets_time_pass(0.15)  # whoever is to speak waits for room in the kernel by now
    person.reads_a_little()
    heard = [person.gets_line() for lines in orders for _ in lines]
    for lines in orders:
        scenes.said_in_this_order(person, heard, lines)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "join", "say", "msg", "nick", "nick", "leave", "quit"]),
        st.integers(0, 5),
        st.sampled_from(["ann", "Ben", "cat", "DAN", "eve", "Fay"]),
    ),
    min_size=20,
    max_size=20,
)


@task("7.11", needs=["7.2", "7.4", "7.6"])
@for_any(examples=12, steps=STEPS)
def test_who_is_right_after_any_steps(server, steps):
    witness = server.witness or server.keeps(enters(server, "the-witness"))
    room = {"the-witness": witness}  # name -> person, as it should be

    def all_get(line, *, but=None):
        for person in room.values():
            if person is not but:
                person.gets(line)

    def leaves(name, how):
        person = room.pop(name)
        if how == "quit":
            asks_and_gets(person, "/quit", GOODBYE)
            person.gets_hung_up_on()
        else:
            person.hangs_up()
        all_get(f"* {name} left")

    for step, number, word in steps:
        name = list(room)[number % len(room)]
        person = room[name]
        owner = next((one for one in room if one.lower() == word.lower()), None)
        if step == "join":
            newcomer = server.visitor(word)
            newcomer.gets(QUESTION)
            newcomer.sends(word)
            newcomer.gets(TAKEN if owner else f"* welcome, {word}")
            if owner:
                newcomer.hangs_up()
            else:
                all_get(f"* {word} joined")
                room[word] = newcomer
        elif step == "say":
            person.sends(word)
            all_get(f"{name}: {word}", but=person)
        elif step == "msg":
            person.sends(f"/msg {word} hello")
            if owner:
                room[owner].gets(f"{name} (private): hello")
            person.gets(f"* told {owner}" if owner else f"* no one here is called {word}")
        elif step == "nick":
            if person is witness:
                continue
            new = word.swapcase()
            person.sends(f"/nick {new}")
            if owner not in (None, name):
                person.gets(TAKEN)
            else:
                all_get(f"* {name} is now {new}")
                room = {new if one == name else one: who for one, who in room.items()}
        elif person is not witness:
            leaves(name, step)
        here = ", ".join(sorted(room, key=str.lower))
        asks_and_gets(list(room.values())[number % len(room)], "/who", f"* here: {here}")
    for name in [one for one in room if one != "the-witness"]:
        leaves(name, "leave")


@task("7.12", needs=["7.1"])
def test_it_stands_what_every_server_stands(stage, start_server):
    server = start_server("--buffer", "65536")
    queue_holds(server, BACKLOG)
    alone = scenes.has_had_guests(server, 12, lambda guest: guest.gets(QUESTION))
    alice, bob = enter(server, "alice", "bob")
    follow_each_other_at_once(alice, bob, "alice: ")
    nobody = names.too_much_for_a_name(server)
    mallory = enters(server, "mallory", alice, bob)
    before = server.memory()
    too_long = b"/msg bob ".ljust(MAX_LINE + 1, b"x") + b"\n/who\n" + b"y" * 32 * MIB
    mallory.sends_bytes(too_long, even_if_hung_up_on=True)
    mallory.gets("* line too long")
    mallory.gets_hung_up_on()
    scenes.vanishes(server)
    for person in (alice, bob):
        person.gets("* mallory left")
    is_heard(alice, "all well", bob)
    is_heard(bob, "all well", alice)
    server.has_not_grown_by(8 * MIB, since=before)
    names.holds_to_lesson_06(server, alice, bob)
    for person in (alice, bob, mallory, nobody):
        person.hangs_up()
    server.is_back_to(alone)
    memory_stays_small(start_server())
    one_vanishes_while_another_talks(start_server("--buffer", "65536"))
    names.exactly_one_wins(start_server)
    starting.refuses_to_start(stage, server)
    scenes.ends_when_told(start_server, company)
    scenes.starts_again_at_once(start_server(buffered=True), lambda ann: ann.gets(QUESTION))


@task("7.13")
def test_the_client_ends_well_after_a_goodbye(start_client, scripted_server):
    handshakes.ends_well_after_a_goodbye(start_client, scripted_server)
    handshakes.keeps_lines_whole(start_client, scripted_server)

    client, server = meets(start_client, scripted_server)
    client.types("/who")  # a line like any other, so it waits
    client.has_read_its_keyboard()
    hears(client, server, QUESTION)
    client.prompts(PROMPT)
    client.types("bob")
    server.gets("bob")
    hears(client, server, "* welcome, bob")
    server.gets("/who")
    client.is_told_to_stop()
    client.ends(0)


def talk_to_each_other(alice, bob):
    """Two clients with names use every command, and one of them leaves."""
    alice.prints("* bob joined")
    alice.types("hello")
    bob.prints("alice: hello")
    bob.types("/who")
    bob.prints("* here: alice, bob")
    bob.types("/nick Bert")
    for person in (alice, bob):
        person.prints("* bob is now Bert")
    alice.types("/msg bert psst")
    bob.prints("alice (private): psst")
    alice.prints("* told Bert")
    bob.types("/help")
    bob.prints(*(f"* {form}" for form in FORMS))
    bob.types("/quit")
    bob.prints(GOODBYE)
    bob.ends(0)
    alice.prints("* Bert left")
    alice.has_its_keyboard_closed()
    alice.ends(0)


@task("7.14", needs=["7.1", "7.13"])
def test_both_understand_the_kits_own_programs(server, start_client, kit_server, kit_client):
    for mine in (True, False):
        port = server.port if mine else kit_server(LESSON).port

        def start(name, claim, port=port, mine=mine):
            if mine:
                return kit_client(LESSON, port, "--name", claim, name=name)
            return start_client("--port", str(port), "--name", claim, name=name)

        alice = start("alice", "alice")
        alice.prints(QUESTION, "* welcome, alice", within=STARTING)
        bob = start("bob", "ALICE")
        bob.prints(QUESTION, TAKEN, QUESTION, within=STARTING)
        bob.prompts(PROMPT)
        bob.types("bob")
        bob.prints("* welcome, bob")
        talk_to_each_other(alice, bob)
