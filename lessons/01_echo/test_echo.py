"""What lesson 01 asks of its server and its client, played out over the wire."""

from grader.suite import scenes, starting, task
from grader.wire.crowd import queue_holds
from grader.wire.patience import STARTING
from grader.wire.peer import Peer
from grader.wire.program import INTERRUPT, TERMINATE
from grader.wire.scripted import ScriptedServer

pytest_plugins = ["grader.suite.plugin"]

A_MOMENT = 0.1  # seconds
EVERYBODY = "255.255.255.255"  # an address to which no system connects, and says so at once


@task("1.1")
def test_the_server_says_where_it_listens(server):
    server.visitor("ann")
    server.stage.lets_time_pass(A_MOMENT)  # in which a part that is not written yet is reached


@task("1.2", needs=["1.1"])
def test_what_a_visitor_sends_comes_back(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"hello\n")
    ann.gets_bytes(b"hello\n")
    ann.sends_bytes(b"how are you?\n")
    ann.gets_bytes(b"how are you?\n")


@task("1.3", needs=["1.2"])
def test_every_byte_comes_back_as_it_was(start_server):
    ann = start_server(short_sends=True).visitor("ann")
    for data in (
        *(b"no line end", b"\xff\xfe", b"a\r\n\x00\n", bytes(range(256)), b" spaces \n"),
        *(b"\n", b" ", b"quit\n", b"exit"),  # nothing that is said ends a visit
    ):
        ann.sends_bytes(data)
        ann.gets_bytes(data)
    for size in (1023, 1024, 1025, 4096, 4097, 65535, 65537):
        data = scenes.counted(size).encode()
        ann.sends_bytes(data)
        ann.gets_bytes(data)


@task("1.4", needs=["1.2"])
def test_any_buffer_size_will_do(start_server):
    data = scenes.counted(5000).encode()
    for size in (1, 3, 65536):
        ann = start_server("--buffer", str(size)).visitor("ann")
        ann.sends_bytes(data)
        ann.gets_bytes(data)


@task("1.5", needs=["1.2"])
def test_a_visitor_who_ends_its_stream_gets_the_rest_and_is_hung_up_on(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"my last words")
    ann.ends_its_stream()
    ann.gets_bytes(b"my last words")
    ann.gets_hung_up_on()
    bob = server.visitor("bob")
    bob.ends_its_stream()
    bob.gets_hung_up_on()
    carol = server.visitor("carol")
    carol.sends_bytes(b"still there?\n")
    carol.gets_bytes(b"still there?\n")
    carol.hangs_up()
    due = scenes.counted(20_000).encode()
    dave = server.visitor("dave", receive_buffer=scenes.SMALL_BUFFER)
    dave.goes_silent()
    dave.sends_bytes(due)
    dave.ends_its_stream()
    server.stage.lets_time_pass(A_MOMENT)  # the server is done, and its kernel is not
    dave.reads_again()
    dave.gets_bytes(due)
    dave.gets_hung_up_on()


@task("1.6", needs=["1.2"])
def test_the_next_visitor_is_served(server):
    ann, bob = server.visitors("ann", "bob")
    bob.sends_bytes(b"I am waiting\n")
    ann.sends_bytes(b"my turn\n")
    ann.gets_bytes(b"my turn\n")
    ann.hangs_up()
    bob.sends_bytes(b"my turn\n")
    bob.gets_bytes(b"I am waiting\nmy turn\n")
    carol = server.visitor("carol")  # one waits at a time: in 01 and 02 a queue may be short
    bob.hangs_up()
    carol.sends_bytes(b"my turn\n")
    carol.gets_bytes(b"my turn\n")


@task("1.7", needs=["1.6"])
def test_a_visitor_who_vanishes_harms_nobody(server):
    queue_holds(server, 1)  # by a visitor who has gone before he is accepted
    scenes.vanishes(server)
    ann, eve = server.visitors("ann", "eve")
    ann.sends_bytes(b"hello\n")
    ann.gets_bytes(b"hello\n")
    eve.sends_bytes(b"e" * 20_000)  # in pieces: the second echo meets a connection known to be dead
    eve.hangs_up()
    ann.hangs_up()
    server.stage.lets_time_pass(scenes.SETTLED)
    ann, bob = server.visitors("ann", "bob")
    ann.sends_bytes(b"hello\n")
    ann.gets_bytes(b"hello\n")
    ann.sends_bytes(b"an echo that nobody reads\n")
    ann.resets()
    bob.sends_bytes(b"still there?\n")
    bob.gets_bytes(b"still there?\n")


@task("1.8", needs=["1.2"])
def test_it_ends_when_it_is_told_to(start_server):
    def company(server):
        ann, bob = server.visitors("ann", "bob")
        bob.goes_silent()
        ann.sends_bytes(b"hello\n")
        ann.gets_bytes(b"hello\n")

    scenes.ends_when_told(start_server, company)


@task("1.9", needs=["1.2"])
def test_it_starts_again_on_the_same_port_at_once(server):
    def talk(ann):
        ann.sends_bytes(b"hello\n")
        ann.gets_bytes(b"hello\n")

    scenes.starts_again_at_once(server, talk)


@task("1.10", needs=["1.1"])
def test_it_says_why_it_cannot_start(stage, start_server):
    server = start_server(buffered=True)  # its ready line is flushed
    starting.refuses_to_start(stage, server)
    server.is_for_this_machine_only()


@task("1.11")
def test_the_client_prints_the_echo_of_each_line(start_client, scripted_server):
    client = start_client()
    server = scripted_server.accepts()
    for line in (
        *("hello", "", "  two  spaces  ", "gr\u00fc\u00df dich \U0001f642"),
        *("quit", "exit", "vt\x0b ff\x0c fs\x1c nel\x85 ls\u2028 end"),  # just lines, one each
    ):
        client.types(line)
        server.gets(line)
        server.sends(line)
        client.prints(line)
    client.types_bytes(b"no line end")
    client.has_its_keyboard_closed()
    server.gets("no line end")
    server.sends("no line end")
    client.prints("no line end")
    client.ends(0)
    client.has_printed_nothing_more()

    client = start_client()
    server = scripted_server.accepts()
    client.types("one", "two")
    client.has_its_keyboard_closed()
    for line in ("one", "two"):
        server.gets(line)
        server.sends(line)
        client.prints(line)
    client.ends(0)
    client.has_printed_nothing_more()


@task("1.12", needs=["1.11"])
def test_the_client_waits_for_the_whole_echo(start_client, scripted_server):
    client = start_client(short_sends=True)
    server = scripted_server.accepts()
    client.types("hello \U0001f642 again")
    server.gets("hello \U0001f642 again")
    server.sends_in_pieces("hello \U0001f642 again\n".encode(), cuts=[1, 5, 8, 16])
    client.prints("hello \U0001f642 again")
    long = scenes.counted(20_000)
    client.types(long)
    server.gets(long)
    server.sends_in_pieces(f"{long}\n".encode(), cuts=[1, 1024, 1025, 4096, 16_384, 19_999])
    client.prints(long)
    client.has_its_keyboard_closed()
    client.ends(0)


@task("1.13", needs=["1.11"])
def test_the_client_notices_that_the_server_is_gone(start_client, scripted_server):
    for leave in (Peer.hangs_up, Peer.resets):
        for answer in (b"hello\n", b"hel", b""):
            client = start_client()
            server = scripted_server.accepts()
            client.types("hello")
            server.gets("hello")
            server.sends_bytes(answer)
            if answer.endswith(b"\n"):
                client.prints("hello")
            leave(server)
            client.types("are you there?")
            client.ends(1)
            client.says_on_stderr("the server hung up")
    client = start_client()
    server = scripted_server.accepts()
    client.types("hello")
    client.has_its_keyboard_closed()
    server.gets("hello")
    server.sends_bytes(b"hel")
    server.hangs_up()
    client.ends(1)
    client.says_on_stderr("the server hung up")


@task("1.14", needs=["1.11"])
def test_the_client_starts_and_ends_as_it_should(stage, start_client, scripted_server):
    for number, answered in ((INTERRUPT, True), (TERMINATE, False)):
        client = start_client("--host", "127.0.0.1")
        server = scripted_server.accepts()
        client.types("hello")
        server.gets("hello")
        if answered:
            server.sends("hello")
            client.prints("hello")
        client.is_told_to_stop(number)
        client.ends(0)
    scripted_server.close()
    client = start_client()
    client.ends(1, within=STARTING)
    client.says_on_stderr(f"cannot connect to 127.0.0.1:{scripted_server.port}: ")
    lost = start_client("--host", EVERYBODY)
    lost.ends(1, within=STARTING)
    lost.says_on_stderr(f"cannot connect to {EVERYBODY}:{scripted_server.port}: ")
    elsewhere = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)  # --host is not 127.0.0.1
    client = start_client(to=elsewhere)
    server = elsewhere.accepts()
    client.types("hello")
    server.gets("hello")
    client.is_told_to_stop()
    client.ends(0)
    starting.refuses_nonsense(stage, "client.py", [("--port", "abc"), ("--nonsense",)])
    starting.calls_at_home(stage)
