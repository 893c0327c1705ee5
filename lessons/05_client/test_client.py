"""What lesson 05 asks of its client: the test plays the server, and types."""

from grader.suite import scenes, starting, task
from grader.suite.clock import Clock, takes_no_second
from grader.suite.people import DISCONNECTED, hears, meets
from grader.suite.plain_files import file_with
from grader.wire.client import Client
from grader.wire.failure import Kind
from grader.wire.patience import STARTING
from grader.wire.program import INTERRUPT, TERMINATE
from grader.wire.scripted import ScriptedServer

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
LONGEST = 4 * MAX_LINE
DRIPPING = 6.0  # seconds
A_DRIP = 0.15  # seconds from one to the next
HANG_UPS = 6  # whether all was read when a hang-up comes is a race


def says(client, server, *lines):
    """Let somebody type these lines, and the server get them."""
    client.types(*lines)
    server.gets(*lines)


@task("5.1")
def test_it_prints_what_the_server_says(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    hears(client, server, "* welcome")
    hears(client, server, "hello")
    hears(client, server, "", "one", "two", "  two  spaces  ")


@task("5.2")
def test_it_sends_what_is_typed(start_client, scripted_server):
    client, server = meets(start_client, scripted_server, short_sends=True)
    says(client, server, "hello")
    says(client, server, "")
    says(client, server, "  two  spaces  ", "gr\u00fc\u00df dich \U0001f642", "/quit")
    says(client, server, "vt\x0b ff\x0c fs\x1c nel\x85 end")
    long = scenes.counted(20_000)
    says(client, server, long, "after it")
    client.types_bytes(b"bad \xff bytes\n")
    server.gets_line()  # whether they are relayed or replaced
    says(client, server, "all well")


@task("5.3", needs=["5.1", "5.2"])
def test_keyboard_and_network_at_once(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    hears(client, server, "one", "two", "three")
    says(client, server, "four", "five", "six")
    client.types_bytes(b"half a typed line, ")
    for number in range(5):
        hears(client, server, f"line {number}")
    client.types_bytes(b"and the rest\n")
    server.gets("half a typed line, and the rest")
    server.sends_bytes(b"half a line, ")
    for number in range(5):
        says(client, server, f"typed {number}")
    server.sends_bytes(b"and the rest\n")
    client.prints("half a line, and the rest")


@task("5.4", needs=["5.1"])
def test_cut_or_glued_a_line_is_a_line(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    hears(client, server, *(f"line {number}" for number in range(50)))
    server.sends_in_pieces("byte by byte \U0001f642, gr\u00fc\u00df dich\n".encode())
    client.prints("byte by byte \U0001f642, gr\u00fc\u00df dich")
    server.sends_in_pieces(b"one\ntwo\nthree\n", cuts=[2, 3, 5, 9])
    client.prints("one", "two", "three")
    server.sends_in_pieces(b"with cr\r\nlf\r\n", cuts=[8])
    client.prints("with cr", "lf")


@task("5.5", needs=["5.1"])
def test_every_line_is_printed_as_it_is(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    hears(client, server, "a\x0bb\x0cc\u2028d\x85e\x00f", "a\ttab", "quit", "exit", "\ufeffbom")
    server.sends_bytes(b"lone \r inside\r\ntwo at the end\r\r\n")
    client.prints("lone \r inside", "two at the end\r")
    server.sends_bytes(b"\xff\xfe\nbad \x80( bytes\ncut \xf0\x9f\n")
    client.prints("\ufffd", "bad \ufffd( bytes", "cut \ufffd")
    for size in (4095, 4096, 4097, MAX_LINE, LONGEST):
        hears(client, server, scenes.counted(size))
    longest = scenes.counted(LONGEST, 1)
    server.sends_bytes(longest.encode() + b"\r\nafter it\n")
    client.prints(longest, "after it")


@task("5.6", needs=["5.2"])
def test_quit_and_exit_leave(stage, start_client, scripted_server):
    for word in ("quit", "exit"):
        client, server = meets(start_client, scripted_server)
        near = ("QUIT", f" {word}", f"{word} ", f"{word} now", f"/{word}", "quitexit")
        says(client, server, *near)
        client.types("the last line", word, "typed after it")
        server.gets("the last line")
        server.gets_hung_up_on()
        server.hangs_up()
        client.ends(0)
        client.has_printed_nothing_more()
    takes_no_second(
        stage,
        "client",
        "it to end when the server has closed,",
        lambda: quits(*meets(start_client, scripted_server)),
        lambda client: client.ends(0),
    )


def quits(client, server):
    """Somebody types quit, and the server closes; return the client."""
    client.types("quit")
    server.gets_hung_up_on()
    server.hangs_up()
    return client


@task("5.7", needs=["5.2"])
def test_the_end_of_stdin_leaves(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    client.types_bytes(b"one\ntwo without its end")
    client.has_its_keyboard_closed()
    server.gets("one", "two without its end")
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)
    client.has_printed_nothing_more()

    with file_with(b"from a file\nits last line") as file:
        client, server = meets(start_client, scripted_server, stdin=file)
    server.gets("from a file", "its last line")
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)

    for nothing in (scenes.EMPTY_STDIN, scenes.NO_STDIN):
        client, server = meets(start_client, scripted_server, stdin=nothing)
        server.gets_hung_up_on()
        server.hangs_up()
        client.ends(0)
        client.has_printed_nothing_more()


@task("5.8", needs=["5.2"])
def test_all_that_was_typed_is_sent_before_it_leaves(stage, start_client):
    lines = [f"{number} {scenes.counted(30_000, number)}" for number in range(60)]
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    client = start_client(to=narrow)
    server = narrow.accepts()
    server.goes_silent()
    client.types(*lines)
    client.waits_until_stopped()
    hears(client, server, "while you wait", "to get rid of it")
    client.has_its_keyboard_closed()
    stage.lets_time_pass(scenes.LAST_SECOND + 0.15)  # which begins when all has been sent
    server.reads_again()
    server.gets(*lines)
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)


@task("5.9", needs=["5.6"])
def test_it_prints_on_until_the_server_ends_but_for_a_second_at_most(start_client, scripted_server):
    last_words = [f"last words {number}" for number in range(10)]
    client, server = scenes.hears_last_words(
        lambda: meets(start_client, scripted_server), Client.has_its_keyboard_closed, *last_words
    )
    server.hangs_up()
    client.ends(0)
    client.has_printed_nothing_more()

    def goes(server):
        server.sends_bytes(b"half a line", even_if_hung_up_on=True)
        server.hangs_up()

    for _ in range(HANG_UPS):
        client, _ = scenes.hears_last_words(
            lambda: meets(start_client, scripted_server),
            Client.has_its_keyboard_closed,
            *(f"{number} {scenes.counted(2000, number)}" for number in range(8)),
            then=goes,
        )
        client.ends(0)
        client.has_printed_nothing_more()

    client, server = meets(start_client, scripted_server)
    client.types("quit")
    server.gets_hung_up_on()
    server.resets()  # as a server may that has not read all
    client.ends(0)
    client.has_printed_nothing_more()

    pairs = [
        meets(start_client, scripted_server, name=name, most_printed=scenes.FLOODED)
        for name in ("ann", "bob", "carol")
    ]
    for client, server in pairs:
        client.types("quit")
        server.gets_hung_up_on()
    (_, _silent), (_, flooding), (carol, dripping) = pairs
    silence = Clock(A_DRIP)

    def they_talk_on():
        """Let both servers say more, if it is time; whether carol has ended all the same."""
        if silence.past() > silence.seconds:
            silence.starts()
            dripping.sends_bytes(b"and another thing\n", even_if_hung_up_on=True)
            scenes.floods_on(flooding)
        return carol.process.ended

    # Several seconds: the last second begins when it has left.
    if not carol.stage.wait_until(they_talk_on, carol.stage.patience(DRIPPING), through_end=True):
        what = "the program to end within 1 s, whatever it hears"
        raise carol.failed(Kind.STILL_RUNNING, what, "it runs on")
    for client, _ in pairs:
        client.stage.wait_until(lambda process=client.process: process.ended, through_end=True)
        client.ends(0, within=scenes.LAST_SECOND)


@task("5.10", needs=["5.1"])
def test_it_ends_when_the_server_hangs_up(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    hears(client, server, "hello")
    server.hangs_up()
    client.prints(DISCONNECTED)
    client.ends(1)
    client.has_printed_nothing_more()

    client, server = meets(start_client, scripted_server)
    lines = [f"{number} {scenes.counted(5000, number)}" for number in range(60)]
    server.sends_bytes("".join(f"{line}\n" for line in lines).encode() + b"half a line")
    client.types_bytes(b"half a typed line")
    server.hangs_up()
    client.prints(*lines, DISCONNECTED)
    client.ends(1)
    client.has_printed_nothing_more()

    client, server = meets(start_client, scripted_server)
    server.ends_its_stream()
    client.prints(DISCONNECTED)
    client.ends(1)


@task("5.11", needs=["5.10"])
def test_it_ends_when_the_server_vanishes(start_client, scripted_server):
    for last_words in ((), ("hello", "good night")):
        client, server = meets(start_client, scripted_server)
        hears(client, server, "* welcome")
        server.sends(*last_words)
        server.waits_until_received()
        server.resets()
        client.prints(*last_words, DISCONNECTED)
        client.ends(1)
        client.has_printed_nothing_more()


@task("5.12", needs=["5.3"])
def test_a_flood_from_the_server_keeps_nobody_from_typing(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    lines = [f"{number} {scenes.counted(32_000, number)}" for number in range(33)]
    server.begins_to_send("".join(f"{line}\n" for line in lines).encode())
    for number in range(10):
        says(client, server, f"typed {number}")
    client.prints(*lines)
    hears(client, server, "the end")


@task("5.13", needs=["5.1"])
def test_it_rests_while_nothing_happens(start_client, scripted_server):
    client, server = meets(start_client, scripted_server)
    hears(client, server, "hello")
    client.rests_for(0.5)
    hears(client, server, "good morning")
    says(client, server, "good morning")


@task("5.14", needs=["5.1"])
def test_it_starts_and_stops_as_it_should(stage, start_client, scripted_server):
    for number in (INTERRUPT, TERMINATE):
        client, server = meets(start_client, scripted_server, buffered=True)  # it flushes
        hears(client, server, "hello")
        client.types_bytes(b"half a line")
        server.sends_bytes(b"half a line")
        client.has_read_its_keyboard()
        client.is_told_to_stop(number)
        client.ends(0)
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    client, server = meets(start_client, narrow, to=narrow)
    server.goes_silent()
    client.types(*[scenes.counted(30_000)] * 400)
    client.waits_until_stopped()
    client.is_told_to_stop(INTERRUPT)  # while it waits for who does not read
    client.ends(0)
    scripted_server.close()
    client = start_client("--host", "127.0.0.1")
    client.ends(1, within=STARTING)
    client.says_on_stderr(f"cannot connect to 127.0.0.1:{scripted_server.port}: ")
    starting.refuses_nonsense(stage, "client.py", [("--port", "abc"), ("--nonsense",)])
    starting.calls_at_home(stage)


@task("5.15", needs=["5.3"])
def test_two_of_it_talk_in_the_room_of_lesson_04(start_client, kit_server):
    port = str(kit_server("04_broadcast").port)
    alice = start_client("--port", port, name="alice")
    alice.prints("* welcome", within=STARTING)
    for leave in (Client.has_its_keyboard_closed, lambda client: client.types("quit")):
        bob = start_client("--port", port, name="bob", terminal=scenes.HAS_TERMINALS)
        bob.shows("* welcome", within=STARTING)
        for number in range(3):
            alice.types(f"alice says {number}")
            bob.shows(f"alice says {number}")
            bob.types(f"bob says {number}")
            alice.prints(f"bob says {number}")
        leave(bob)
        bob.ends(0)
    alice.types("quit")
    alice.ends(0)
