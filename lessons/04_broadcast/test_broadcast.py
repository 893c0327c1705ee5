"""What lesson 04 asks of its server: a room in which everybody hears everybody else."""

from hypothesis import strategies as st

from grader.suite import for_any, scenes, starting, task
from grader.suite.delay import follow_each_other_at_once
from grader.wire.crowd import queue_holds

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MIB = 1024 * 1024
BACKLOG = 1000
WELCOME = "* welcome"
LAST = 300
REFUSED = 10  # who waits a second for each of them is late
LONG_LINE = b"x" * 60_000 + b"\n"
WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


def joins(server, *names):
    """Let these people come in, one after the other; return them, or the one."""
    people = []
    for name in names:
        person = server.visitor(name)
        person.gets(WELCOME)
        people.append(person)
    return people if len(people) > 1 else people[0]


@task("4.1")
def test_a_newcomer_is_welcomed(server):
    joins(server, "alice", "bob")


@task("4.2", needs=["4.1"])
def test_a_line_reaches_everyone_but_its_sender(server):
    alice, bob, carol = joins(server, "alice", "bob", "carol")
    alice.sends("hi")
    bob.gets("hi")
    carol.gets("hi")
    bob.sends("fence")
    alice.gets("fence")
    carol.gets("fence")
    carol.sends("bye")
    alice.gets("bye")
    bob.gets("bye")


@task("4.3", needs=["4.2"])
def test_every_line_arrives_as_it_was_said(start_server):
    alice, bob = joins(start_server(short_sends=True), "alice", "bob")
    for line in (
        "", "  spaces  ", "\ttab", "gr\u00fc\u00df dich \U0001f642", "nul\x00 bell\x07 esc\x1b[1m",
        "a\rreturn", "vt\x0b ff\x0c fs\x1c nel\x85 ls\u2028 end", "* welcome", "quit", "{quit}",
        "\ufeffbom", "   ", "/quit", "exit",
        scenes.counted(1023), scenes.counted(1024), scenes.counted(1025), scenes.counted(4096),
        scenes.counted(65535), scenes.counted(MAX_LINE),
    ):  # fmt: skip
        alice.sends(line)
        bob.gets(line)
    alice.sends_bytes(b"telnet\r\ntwo returns\r\r\n\xff\xfe\nbad \xc3( bytes\n")
    bob.gets("telnet", "two returns\r", "\ufffd", "bad \ufffd( bytes")
    alice.sends_bytes(scenes.counted(MAX_LINE).encode() + b"\r\n")
    bob.gets(scenes.counted(MAX_LINE))


@task("4.4", needs=["4.2"])
def test_nobody_gets_half_a_line_or_two_in_one(start_server):
    for options in (("--buffer", "1"), ("--buffer", "65536")):
        alice, bob, carol = joins(start_server(*options), "alice", "bob", "carol")
        alice.sends_bytes(b"the first half ")
        alice.waits_until_received()
        bob.sends("a fence")
        alice.gets("a fence")
        carol.gets("a fence")
        alice.sends_bytes(b"and the second\n")
        bob.gets("the first half and the second")
        carol.gets("the first half and the second")
        alice.sends("one", "two", "three")
        bob.gets("one", "two", "three")
        alice.sends_in_pieces("byte by byte \U0001f642\r\n".encode())
        bob.gets("byte by byte \U0001f642")


@task("4.5", needs=["4.2"])
def test_all_hear_the_lines_in_one_order_and_unmixed(server):
    dave = server.visitor("dave", receive_buffer=scenes.SMALL_BUFFER)
    dave.gets(WELCOME)
    erin = joins(server, "erin")
    talkers = joins(server, "alice", "bob", "carol")
    said = {
        t.name: [f"{t.name} {n} {scenes.counted(30_000, n)}" for n in range(10)] for t in talkers
    }
    dave.goes_silent()
    for talker in talkers:
        talker.sends_bytes(said[talker.name][0].encode()[:10])
        talker.waits_until_received()
    for talker in talkers:
        talker.begins_to_send("".join(f"{line}\n" for line in said[talker.name]).encode()[10:])
    dave.stage.lets_time_pass(0.1)
    dave.reads_again()
    heard = [dave.gets_line() for _ in range(30)]
    for talker in talkers:
        scenes.said_in_this_order(dave, heard, said[talker.name])
    erin.gets(*heard)
    for talker in talkers:
        talker.gets(*(line for line in heard if line not in said[talker.name]))


@task("4.6", needs=["4.2"])
def test_a_newcomer_hears_every_line_from_the_welcome_on(start_server):
    for guests in (0, 6, 6):  # a small room, and a crowded one, where a chance is soon over
        server = start_server(restless=True)
        alice, bob, carol = joins(server, "alice", "bob", "carol")
        for number in range(guests):
            joins(server, f"guest {number}")
        for number in range(10):
            newcomer = joins(server, f"newcomer {number}")
            alice.sends(f"hello {number}")
            for person in (newcomer, bob, carol):
                person.gets(f"hello {number}")
    lines = [f"line {number}" for number in range(LAST)]
    alice.begins_to_send("".join(f"{line}\n" for line in lines).encode())
    latecomers = [server.visitor(f"late {number}") for number in range(10)]
    for late in latecomers:
        late.gets(WELCOME)
        carol.sends(f"{late.name} is here")
    heard = [bob.gets_line() for _ in (*lines, *latecomers)]
    scenes.said_in_this_order(bob, heard, lines)
    for late in latecomers:
        scenes.hears_what_comes(late, heard, f"{late.name} is here")
    for _ in range(3):
        the_welcome_comes_first(start_server(restless=True))


def the_welcome_comes_first(server):
    """Somebody speaks all the time, and there is nobody else who would hear it earlier."""
    alice = joins(server, "alice")
    alice.begins_to_send(b"x\n" * 2000)
    for number in range(30):
        late = server.visitor(f"late {number}")
        late.gets(WELCOME)
        late.ends_its_stream()  # and reads on, so that nobody is reset


@task("4.7", needs=["4.2"])
def test_after_somebody_has_left_three_more_lines_get_through(server):
    alice, bob = joins(server, "alice", "bob")
    for leave in ("hangs up", "resets", "ends its stream"):
        carol = joins(server, "carol")
        if leave == "hangs up":
            carol.hangs_up()
        elif leave == "resets":
            carol.resets()
        else:
            carol.ends_its_stream()
        carol.stage.lets_time_pass(0.02)
        for number in (1, 2, 3):
            alice.sends(f"{number} after carol {leave}")
            bob.gets(f"{number} after carol {leave}")
        bob.sends("and back")
        alice.gets("and back")


@task("4.8", needs=["4.2"])
def test_two_dead_neighbours_do_not_stop_one_line(server):
    fred = server.visitor("fred", receive_buffer=scenes.SMALL_BUFFER)
    fred.gets(WELCOME)
    people = joins(server, "alice", "bob", "carol", "dave", "erin", "gwen")
    alice, bob, carol, dave, erin, gwen = people
    fred.goes_silent()
    alice.begins_to_send(LONG_LINE * 10 + b"one\ntwo\n")
    alice.waits_until_stopped()
    alice.stage.lets_time_pass(0.1)
    for person in (erin, carol, dave):  # who waits with a line does not see a reset yet
        person.sends(f"{person.name} too")
        person.waits_until_received()
    bob.resets()
    dave.resets()
    fred.reads_again()
    said = {alice: ["x" * 60_000] * 10 + ["one", "two"], erin: ["erin too"], carol: ["carol too"]}
    hears_the_living(fred, said)
    alice.stage.lets_time_pass(0.02)
    alice.sends("three", "four")
    gwen.sends("all well")
    said |= {alice: [*said[alice], "three", "four"], gwen: ["all well"]}
    for person in (gwen, carol, erin, alice):
        hears_the_living(person, said)


def hears_the_living(person, said):
    """Expect all that the others have said, in between perhaps the last words of dave."""
    others = [lines for talker, lines in said.items() if talker is not person]
    heard = []
    while len(heard) < sum(map(len, others)):
        line = person.gets_line()
        if line != "dave too":
            heard.append(line)
    for lines in others:
        scenes.said_in_this_order(person, heard, lines)


@task("4.9", needs=["4.2"])
def test_who_ends_its_stream_has_left(server):
    alice, bob = joins(server, "alice", "bob")
    alice.sends_bytes(b"my last words\nand half a word")
    alice.ends_its_stream()
    alice.gets_hung_up_on()
    bob.gets("my last words")
    carol = joins(server, "carol")
    carol.sends("fence")
    bob.gets("fence")
    bob.sends("just us")
    carol.gets("just us")


@task("4.10", needs=["4.2"])
def test_strange_visitors_harm_nobody_and_nothing_of_them_stays(server):
    joins(server, "first").hangs_up()  # what a program opens once, for its first client, may stay
    server.stage.lets_time_pass(scenes.SETTLED)
    before = server.usage()
    alice, bob, _silent = joins(server, "alice", "bob", "silent")
    eve = server.visitor("eve")
    eve.hangs_up()
    server.visitor("eve").resets()
    for name in ("eve", "mallory"):
        joins(server, name).resets()
        joins(server, name).hangs_up()
    odd = joins(server, "odd")
    odd.sends_bytes(b"\xff\xfe\xfd")
    odd.waits_until_received()
    odd.resets()
    in_company = server.usage()
    crowd = joins(server, *(f"guest {number}" for number in range(30)))
    alice.sends("good evening")
    for person in (bob, *crowd):
        person.gets("good evening")
    for number, guest in enumerate(crowd):
        (guest.resets if number % 2 else guest.hangs_up)()
    server.is_back_to(in_company)
    bob.sends("they have gone")
    alice.gets("they have gone")
    eve = joins(server, "eve")
    eve.sends_bytes(b"half a line, ")
    eve.waits_until_received()
    eve.resets()
    server.stage.lets_time_pass(scenes.SETTLED)
    frank = joins(server, "frank")
    frank.sends("a whole one")
    alice.gets("a whole one")
    for person in (alice, bob, _silent, frank):
        person.hangs_up()
    server.is_back_to(before)
    peak = server.memory()
    deaf = server.visitor("deaf", receive_buffer=scenes.SMALL_BUFFER)
    deaf.gets(WELCOME)
    alice = joins(server, "alice")
    deaf.goes_silent()
    alice.begins_to_send(LONG_LINE * 800)
    alice.waits_until_stopped()
    server.has_not_grown_by(16 * MIB, since=peak)
    scenes.hears_it_late(deaf, *[LONG_LINE.decode().strip()] * scenes.FULL)


@task("4.11", needs=["4.2"])
def test_a_line_that_is_too_long_costs_its_sender_only(start_server):
    server = start_server("--buffer", "65536")
    alice, bob, carol, mallory = joins(server, "alice", "bob", "carol", "mallory")
    before = server.memory()
    mallory.sends_bytes(b"before\n" + b"x" * (MAX_LINE + 1))
    mallory.gets("* line too long")
    mallory.gets_hung_up_on()
    for person in (alice, bob, carol):
        person.gets("before")
    too_long = "\u00fc" * (MAX_LINE // 2 + 1)  # a limit is in bytes
    carol.sends_bytes(too_long.encode() + b"\nafter\n" + b"z" * 32 * MIB, even_if_hung_up_on=True)
    carol.gets("* line too long")
    carol.gets_hung_up_on()
    alice.sends("fence")
    bob.gets("fence")
    server.has_not_grown_by(8 * MIB, since=before)
    dave = server.visitor("dave", receive_buffer=scenes.SMALL_BUFFER)
    dave.gets(WELCOME)
    dave.goes_silent()
    due = [scenes.counted(1000, number) for number in range(8)]
    alice.sends(*due)
    bob.gets(*due)
    dave.begins_to_send(b"x" * (MAX_LINE + 1) + b"\nafter\n" + b"y" * 300_000)
    server.stage.lets_time_pass(0.1)
    dave.reads_again()
    dave.gets(*due, "* line too long")
    dave.gets_hung_up_on()
    bob.sends("all well")
    alice.gets("all well")
    mallory.is_reset_in_the_end(within=1.0)
    eves = joins(server, *(f"eve {number}" for number in range(REFUSED)))
    for eve in eves:
        eve.sends_bytes(b"x" * (MAX_LINE + 1))  # and stays: each may be waited for, none by others
    for eve in eves:
        eve.waits_until_received()
    alice.sends("another fence")
    bob.gets("another fence")


@task("4.12", needs=["4.2"])
def test_no_line_is_held_back_and_no_crowd_is_kept_out(server):
    alice, bob = joins(server, "alice", "bob")
    follow_each_other_at_once(alice, bob)
    queue_holds(server, BACKLOG)
    alice.sends("the crowd has gone")
    bob.gets("the crowd has gone")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "say", "say", "say", "hang up", "reset", "end"]),
        st.integers(0, 4),
        WORDS,
    ),
    min_size=4,
    max_size=14,
)


@task("4.13", needs=["4.4", "4.7", "4.8", "4.9"])
@for_any(examples=25, steps=STEPS)
def test_the_room_is_what_a_room_should_be_after_any_steps(server, steps):
    room = joins(server, "anna", "bert")
    for number, (step, who, words) in enumerate(steps):
        person = room[who % len(room)]
        if step == "join":
            room.append(joins(server, f"guest{number}"))
        elif step == "say":
            person.sends(f"{number} {words}")
            for other in room:
                if other is not person:
                    other.gets(f"{number} {words}")
        elif len(room) > 2:
            room.remove(person)
            if step == "end":
                person.ends_its_stream()
                person.gets_hung_up_on()
            else:
                (person.resets if step == "reset" else person.hangs_up)()
    room[0].sends("the end")
    for other in room[1:]:
        other.gets("the end")


@task("4.14", needs=["4.2"])
def test_it_starts_and_ends_as_every_server_does(stage, start_server):
    def company(server):
        alice, bob, _silent = joins(server, "alice", "bob", "silent")
        alice.sends("hello")
        bob.gets("hello")
        dave = server.visitor("dave", receive_buffer=scenes.SMALL_BUFFER)
        dave.gets(WELCOME)
        dave.goes_silent()
        alice.begins_to_send(LONG_LINE * 10)
        alice.stage.lets_time_pass(0.05)

    starting.refuses_to_start(stage, start_server(buffered=True))
    scenes.ends_when_told(start_server, company)
    scenes.starts_again_at_once(start_server(), lambda ann: ann.gets(WELCOME))
