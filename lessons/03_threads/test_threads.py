"""What lesson 03 asks of its server: the service of 02 for many clients at once."""

from hypothesis import strategies as st

from grader.suite import for_any, scenes, starting, task
from grader.wire.crowd import queue_holds

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MIB = 1024 * 1024
BACKLOG = 1000
TOGETHER = 200
MANY = 100  # to wait a little for each of them takes too long
REFUSED = 10  # who waits a second for each of them is late
LONG_LINE = b"x" * 60_000 + b"\n"
WORDS = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


def asks_and_gets(visitor, number, text):
    """One line and its answer."""
    visitor.sends(text)
    visitor.gets(f"{number}: {text}")


@task("3.1")
def test_one_client_is_served_as_before(server):
    ann = server.visitor("ann")
    asks_and_gets(ann, 1, "hello")
    asks_and_gets(ann, 2, "")


@task("3.2", needs=["3.1"])
def test_a_silent_client_keeps_nobody_waiting(server):
    _ann, bob = server.visitors("ann", "bob")
    asks_and_gets(bob, 1, "ann says nothing, I am served all the same")


@task("3.3", needs=["3.2"])
def test_each_client_has_a_counter_of_its_own(server):
    ann, bob = server.visitors("ann", "bob")
    asks_and_gets(ann, 1, "one")
    asks_and_gets(ann, 2, "two")
    asks_and_gets(bob, 1, "one")
    asks_and_gets(ann, 3, "three")
    asks_and_gets(server.visitor("carol"), 1, "one")
    asks_and_gets(bob, 2, "two")


@task("3.4", needs=["3.2"])
def test_half_a_line_of_one_client_is_nobody_elses(server):
    ann, bob = server.visitors("ann", "bob")
    ann.sends_bytes(b"first half, ")
    ann.waits_until_received()
    bob.sends_bytes(b"bob's first half, ")
    bob.waits_until_received()
    ann.sends("second half")
    ann.gets("1: first half, second half")
    bob.sends("bob's second half")
    bob.gets("1: bob's first half, bob's second half")


@task("3.5", needs=["3.2"])
@for_any(
    lines=st.lists(WORDS, min_size=1, max_size=4),
    cuts=st.sets(st.integers(1, 80), max_size=5),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_lines_in_any_pieces_are_the_lines_of_one_client(server, lines, cuts, end):
    ann, bob = server.visitors("ann", "bob")
    data = "".join(line + end for line in lines).encode()
    half = len(data) // 2
    ann.sends_in_pieces(data[:half], cuts=cuts)
    ann.waits_until_received()
    asks_and_gets(bob, 1, "between")
    ann.sends_in_pieces(data[half:], cuts=cuts)
    ann.ends_its_stream()
    ann.gets(*(f"{number}: {line}" for number, line in enumerate(lines, 1)))
    ann.gets_hung_up_on()


@task("3.6", needs=["3.1"])
def test_the_rules_of_lines_still_hold(start_server):
    for size in ("1", "2", "3", "1024", "65536"):
        ann = start_server("--buffer", size, short_sends=True).visitor("ann")
        ann.sends_bytes(b"telnet\r\nb\rc\r\r\n\xff\xfe\n \x0b\x1c \n")
        ann.gets("1: telnet", "2: b\rc\r", "3: \ufffd", "4:  \x0b\x1c ")
        asks_and_gets(ann, 5, "nel\x85 ls\u2028 ps\u2029 nul\x00")
        asks_and_gets(ann, 6, scenes.counted(5000))
    for number, word in enumerate(("quit", "exit", "/quit"), 7):
        asks_and_gets(ann, number, word)
    for number, length in enumerate((1023, 1024, 1025, 4096, 65535, MAX_LINE), 10):
        asks_and_gets(ann, number, scenes.counted(length))
    ann.sends_bytes(scenes.counted(MAX_LINE).encode() + b"\r\n")
    ann.gets(f"16: {scenes.counted(MAX_LINE)}")


@task("3.7", needs=["3.2"])
def test_200_clients_are_served_together(server):
    crowd = server.visitors(*(f"client {number}" for number in range(1, TOGETHER + 1)))
    for turn in (1, 2):
        for visitor in crowd:
            visitor.sends(f"I am {visitor.name}")
        for visitor in crowd:
            visitor.gets(f"{turn}: I am {visitor.name}")


@task("3.8", needs=["3.2"])
def test_when_clients_have_left_nothing_of_them_stays(server):
    first = server.visitor("first")
    asks_and_gets(first, 1, "what a program opens once, for its first client, is no leak")
    first.hangs_up()
    server.stage.lets_time_pass(scenes.SETTLED)
    before = server.usage()
    for _ in range(2):
        crowd = server.visitors(*(f"client {number}" for number in range(1, 41)))
        for number, visitor in enumerate(crowd):
            asks_and_gets(visitor, 1, "hello")
            if number % 4 == 0:
                visitor.sends_bytes(b"half a line")
                visitor.waits_until_received()
                visitor.resets()
            elif number % 4 == 1:
                visitor.ends_its_stream()
                visitor.gets_hung_up_on()
                visitor.hangs_up()
            else:
                visitor.hangs_up()
    server.is_back_to(before)


@task("3.9", needs=["3.2"])
def test_at_the_end_of_the_stream_the_answers_come_and_the_connection_ends(server):
    ann, bob = server.visitors("ann", "bob")
    ann.sends_bytes(b"one\ntwo\nnot a line")
    ann.ends_its_stream()
    ann.gets("1: one", "2: two")
    ann.gets_hung_up_on()
    bob.ends_its_stream()
    bob.gets_hung_up_on()
    carol = server.visitor("carol")
    carol.sends_bytes(b"x\n" * 100)
    carol.ends_its_stream()
    carol.gets(*(f"{number}: x" for number in range(1, 101)))
    carol.gets_hung_up_on()
    due = [scenes.counted(1000, number) for number in range(20)]
    dave = scenes.does_not_read(server, "dave", "".join(f"{line}\n" for line in due).encode())
    dave.waits_until_received()
    dave.ends_its_stream()
    server.stage.lets_time_pass(0.1)  # the server is done, and its kernel is not
    dave.reads_again()
    dave.gets(*(f"{number}: {line}" for number, line in enumerate(due, 1)))
    dave.gets_hung_up_on()


@task("3.10", needs=["3.2"])
def test_whatever_a_visitor_does_the_others_are_served(server):
    ann = server.visitor("ann")
    asks_and_gets(ann, 1, "hello")
    queue_holds(server, 1)  # by a visitor who has gone before he is accepted
    scenes.vanishes(server)
    asks_and_gets(ann, 2, "after eve")
    before = server.memory()
    dave = scenes.does_not_read(server, "dave", LONG_LINE * 500)
    asks_and_gets(ann, 3, "beside dave")
    dave.waits_until_stopped()
    server.has_not_grown_by(8 * MIB, since=before)
    asks_and_gets(ann, 4, "dave's answers are waiting")
    long_line = LONG_LINE.decode().strip()
    scenes.hears_it_late(dave, *(f"{number}: {long_line}" for number in range(1, scenes.FULL)))
    dave.resets()
    asks_and_gets(ann, 5, "after dave")
    asks_and_gets(server.visitor("carol"), 1, "hello")


@task("3.11", needs=["3.2"])
def test_a_line_that_is_too_long_costs_its_sender_only(start_server):
    server = start_server("--buffer", "65536")
    ann, bob, carol = server.visitors("ann", "bob", "carol")
    asks_and_gets(bob, 1, "hello")
    asks_and_gets(carol, 1, "hello")
    before = server.memory()
    ann.sends_bytes(b"before\n" + b"x" * (MAX_LINE + 1))
    ann.gets("1: before", "* line too long")
    ann.gets_hung_up_on()
    too_long = "\u00fc" * (MAX_LINE // 2 + 1)  # a limit is in bytes
    carol.sends_bytes(too_long.encode() + b"\nafter\n" + b"y" * 32 * MIB, even_if_hung_up_on=True)
    carol.gets("* line too long")
    carol.gets_hung_up_on()
    asks_and_gets(bob, 2, "still here")
    server.has_not_grown_by(8 * MIB, since=before)
    due = [scenes.counted(1000, number) for number in range(1, 22)]
    sent = "".join(f"{line}\n" for line in (*due, "x" * (MAX_LINE + 1), "after", "y" * 300_000))
    dave = scenes.does_not_read(server, "dave", sent.encode())
    server.stage.lets_time_pass(0.1)
    dave.reads_again()
    dave.gets(*(f"{number}: {line}" for number, line in enumerate(due, 1)), "* line too long")
    dave.gets_hung_up_on()
    ann.is_reset_in_the_end(within=1.0)
    for eve in server.visitors(*(f"eve {number}" for number in range(REFUSED))):
        eve.sends_bytes(b"x" * (MAX_LINE + 1))  # and stays: each may be waited for, none by others
    asks_and_gets(server.visitor("erin"), 1, "hello")


@task("3.12", needs=["3.2"])
def test_it_ends_when_it_is_told_to_with_clients_connected(start_server):
    def company(server):
        ann, _silent, bob = server.visitors("ann", "silent", "bob")
        asks_and_gets(ann, 1, "hello")
        bob.sends_bytes(b"half a line")
        bob.waits_until_received()
        dave = scenes.does_not_read(server, "dave", LONG_LINE * 10)
        dave.waits_until_received()
        crowd = server.visitors(*(f"silent {number}" for number in range(MANY)))
        asks_and_gets(crowd[-1], 1, "I am the last")

    scenes.ends_when_told(start_server, company)


@task("3.13", needs=["3.1"])
def test_it_starts_as_every_server_does_and_again_at_once(stage, start_server):
    starting.refuses_to_start(stage, start_server(buffered=True))
    scenes.starts_again_at_once(start_server(), lambda ann: asks_and_gets(ann, 1, "hello"))


@task("3.14", needs=["3.2"])
def test_a_crowd_that_comes_at_once_is_let_in(server):
    queue_holds(server, BACKLOG)
    asks_and_gets(server.visitor("ann"), 1, "the crowd has gone")
