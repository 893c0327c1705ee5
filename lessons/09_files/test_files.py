"""What lesson 09 asks: files through the server while people talk, and a client that has them."""

from hypothesis import strategies as st

from grader.suite import (
    arrivals,
    commands,
    downloads,
    for_any,
    handshakes,
    names,
    scenes,
    starting,
    task,
    transfers,
    uploads,
)
from grader.suite.delay import follow_each_other_at_once
from grader.suite.files import (
    ALL_BYTES,
    OWN_LINES,
    SIZES,
    chunks,
    digest,
    file_as_sent,
    gets_behind_a_cancel,
    gets_chunk,
    gets_chunks_and_lines,
    gets_file,
    is_cancelled,
)
from grader.suite.folders import (
    grows_to,
    has_file,
)
from grader.suite.notices import (
    prints_after_notices,
    prints_after_progress,
)
from grader.suite.people import (
    GOODBYE,
    LONG_LINE,
    NO_NAME,
    QUESTION,
    asks_and_gets,
    enter,
    enters,
    hears,
    is_heard,
    meets,
)
from grader.suite.plain_files import (
    puts_file,
)
from grader.wire.crowd import queue_holds
from grader.wire.patience import STARTING
from grader.wire.scripted import ScriptedServer

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MAX_CHUNK = 65536
MIB = 1024 * 1024
BACKLOG = 1000
MANY_FILES = 10
LESSON = "09_files"


@task("9.1")
def test_the_room_of_lesson_07_is_still_there(server):
    alice, bob = enter(server, "alice", "bob")
    is_heard(alice, "hi", bob)
    is_heard(bob, "  hello ", alice)
    asks_and_gets(bob, "/who", "* here: alice, bob")
    asks_and_gets(alice, "/help", *(f"* {form}" for form in transfers.FORMS))
    bob.sends("/msg ALICE psst")
    alice.gets("bob (private): psst")
    bob.gets("* told alice")
    bob.sends("//file")
    alice.gets("bob: /file")
    bob.sends("/nick Bert")
    for person in (alice, bob):
        person.gets("* bob is now Bert")
    for line, word in (("/files", "files"), ("/File 1 2 x", "File"), ("/database 1", "database")):
        asks_and_gets(bob, line, f"* unknown command /{word}, try /help")
    asks_and_gets(bob, "/quit", GOODBYE)
    bob.gets_hung_up_on()
    alice.gets("* Bert left")
    carol = server.visitor("carol")
    carol.gets(QUESTION)
    for line in ("/data 1 4", "/file 1 4 x", "/end 1 x", "/cancel 1", "/data"):
        asks_and_gets(carol, line, NO_NAME, QUESTION)
    carol.sends("carol")
    carol.gets("* welcome, carol")
    alice.gets("* carol joined")
    carol.sends("///")
    alice.gets("carol: //")
    for line, word in (("/DATA 1 4", "DATA"), ("/sendfile_is_for_clients", "sendfile_is_for_clie")):
        asks_and_gets(carol, line, f"* unknown command /{word}, try /help")


@task("9.2", needs=["9.1"])
def test_a_file_reaches_everybody_else(start_server):
    alice, bob, carol = enter(start_server(short_sends=True), "alice", "bob", "carol")
    for number, size in enumerate(SIZES, 1):
        data = scenes.counted(size).encode()
        alice.sends_bytes(file_as_sent(number, "my notes.txt", data))
        for person in (bob, carol):
            gets_file(person, f"alice/{number}", "my notes.txt", data)
        alice.gets(f"* sent my notes.txt ({size} bytes) to bob, carol")
    data = scenes.counted(3000).encode()
    bob.sends_bytes(file_as_sent("000000007", "a b  c", data, size=1))
    for person in (alice, carol):
        gets_file(person, "bob/000000007", "a b  c", data, size=1)
    bob.gets("* sent a b  c (3000 bytes) to alice, carol")
    another = digest(b"not these bytes")  # it is for the receivers to find that out
    carol.sends_bytes(f"/file 1 004 x\r\n/data 1 04\r\nabcd/end 1 {another}\r\n".encode())
    for person in (alice, bob):
        person.gets("/file carol/1 004 x", "/data carol/1 04")
        person.gets_bytes(b"abcd")
        person.gets(f"/end carol/1 {another}")
    carol.gets("* sent x (004 bytes) to alice, bob")
    is_heard(carol, "thanks", alice, bob)


@task("9.3", needs=["9.2"])
def test_every_byte_of_a_file_is_a_byte(server):
    alice, bob = enter(server, "alice", "bob")
    for number, data in enumerate((ALL_BYTES, OWN_LINES, b"\n", b"\r\n" * 50, b"\xff\xfe"), 1):
        for size in (MAX_CHUNK, 7):
            label = f"{number}{size}"
            alice.sends_bytes(file_as_sent(label, "bytes", data, size))
            gets_file(bob, f"alice/{label}", "bytes", data, size)
            alice.gets(f"* sent bytes ({len(data)} bytes) to bob")
    is_heard(bob, "all there", alice)


@task("9.4", needs=["9.2"])
@for_any(
    examples=15,
    data=st.binary(max_size=300),
    size=st.integers(1, 300),
    cuts=st.lists(st.integers(1, 900), max_size=8),
)
def test_a_file_arrives_however_it_is_cut(server, data, size, cuts):
    bob = server.witness or server.keeps(enters(server, "bob"))
    alice = enters(server, "alice", bob)
    alice.sends_in_pieces(file_as_sent(1, "x", data, size), cuts)
    gets_file(bob, "alice/1", "x", data, size)
    alice.gets(f"* sent x ({len(data)} bytes) to bob")
    alice.hangs_up()
    bob.gets("* alice left")


@task("9.5", needs=["9.2"])
def test_chat_and_several_files_interleave(start_server):
    for options in ((), ("--buffer", "1")):
        server = start_server(*options)
        alice, bob, carol = people = enter(server, "alice", "bob", "carol")
        data = scenes.counted(2000).encode()
        for person, number, name in ((alice, 1, "one"), (alice, 2, "two"), (bob, 1, "three")):
            person.sends(f"/file {number} 2000 {name}")
            for other in everybody_but(person, people):
                other.gets(f"/file {person.name}/{number} 2000 {name}")
        for one in chunks(data, 500):
            for number in (1, 2):
                alice.sends_in_pieces(f"/data {number} 500\n".encode())
                alice.sends_bytes(one)
                for other in (bob, carol):
                    gets_chunk(other, f"alice/{number}", one)
            is_heard(alice, "still sending", bob, carol)
            asks_and_gets(bob, "/who", "* here: alice, bob, carol")
            bob.sends_bytes(b"/data 1 500\n" + one[:300])  # half a chunk keeps nobody waiting
            bob.waits_until_received()
            is_heard(carol, "go on", alice, bob)
            bob.sends_bytes(one[300:])
            for other in (alice, carol):
                gets_chunk(other, "bob/1", one)
        for person, number, name in ((alice, 2, "two"), (bob, 1, "three"), (alice, 1, "one")):
            person.sends(f"/end {number} {digest(data)}")
            others = everybody_but(person, people)
            for other in others:
                other.gets(f"/end {person.name}/{number} {digest(data)}")
            person.gets(f"* sent {name} (2000 bytes) to {', '.join(one.name for one in others)}")
    many_are_open_at_a_time(alice, bob, carol)
    two_fill_one_connection(start_server("--buffer", "65536"), 20, chunk=MAX_CHUNK, line=60_000)
    two_fill_one_connection(start_server("--buffer", "65536"), 1000, chunk=100, line=100)
    two_fill_one_connection(start_server(restless=True), 20, chunk=100, line=100)


def many_are_open_at_a_time(sender, *others):
    """A member may have as many files open as there are IDs."""
    numbers = range(10, 10 + MANY_FILES)
    for verb, rest in (("/file", "0 x"), ("/end", digest(b""))):
        for number in numbers:
            sender.sends(f"{verb} {number} {rest}")
            for person in others:
                person.gets(f"{verb} {sender.name}/{number} {rest}")
    for _ in numbers:
        sender.gets(f"* sent x (0 bytes) to {', '.join(person.name for person in others)}")


def everybody_but(person, people):
    """Return all the others."""
    return [one for one in people if one is not person]


def two_fill_one_connection(server, count, chunk, line):
    """One sends a file to somebody who does not read, another one talks: neither cuts the other.

    With few and large pieces a server that sends them without a lock mixes them each time; with
    many small ones also a server that sends a chunk in two locked steps, nearly each time.
    """
    alice, bob = enter(server, "alice", "bob")
    carol = enters(server, "carol", alice, bob, receive_buffer=scenes.SMALL_BUFFER)
    data, text = scenes.counted(chunk).encode(), "x" * line
    alice.sends(f"/file 1 {count * chunk} x")
    for person in (bob, carol):
        person.gets(f"/file alice/1 {count * chunk} x")
    carol.goes_silent()
    alice.begins_to_send((f"/data 1 {chunk}\n".encode() + data) * count)
    alice.waits_until_stopped()
    bob.begins_to_send(f"{text}\n".encode() * count)
    bob.waits_until_stopped()
    carol.stage.lets_time_pass(0.15)  # whoever is to speak waits for room in the kernel by now
    carol.reads_a_little()
    gets_chunks_and_lines(carol, "alice/1", data, count, [f"bob: {text}"] * count)
    gets_chunks_and_lines(bob, "alice/1", data, count, [])
    gets_chunks_and_lines(alice, "bob/1", b"", 0, [f"bob: {text}"] * count)
    is_heard(carol, "that was much", alice, bob)


@task("9.6", needs=["9.2"])
def test_who_was_there_at_the_beginning_gets_it(server):
    transfers.who_was_there_at_the_beginning_gets_it(server)


@task("9.7", needs=["9.2"])
def test_a_file_that_is_not_whole_is_cancelled(server):
    transfers.what_is_not_whole_is_cancelled(server)


@task("9.8", needs=["9.2"])
def test_what_cannot_be_a_file_is_refused(server):
    transfers.what_cannot_be_a_file_is_refused(server)


@task("9.9", needs=["9.2"])
def test_what_is_malformed_is_answered_or_ends_the_connection(server):
    transfers.what_is_malformed_is_answered_or_ends_the_visit(server)


@task("9.10", needs=["9.2"])
def test_a_large_file_needs_little_memory(start_server):
    server = start_server("--buffer", "65536")
    alice, bob = enter(server, "alice", "bob")
    before = server.memory()
    chunk = scenes.counted(MAX_CHUNK).encode()
    count = 64 * MIB // MAX_CHUNK
    alice.sends(f"/file 9 {10**15 - 1} endless", "/cancel 9")
    bob.gets(f"/file alice/9 {10**15 - 1} endless", "/cancel alice/9")
    is_cancelled(alice, 9)
    alice.sends(f"/file 1 {count * MAX_CHUNK} large")
    bob.gets(f"/file alice/1 {count * MAX_CHUNK} large")
    head = f"/data 1 {MAX_CHUNK}\n".encode()
    for _ in range(count // 16):
        alice.begins_to_send((head + chunk) * 16)
        for _ in range(16):
            gets_chunk(bob, "alice/1", chunk)
    whole = digest(chunk * count)
    alice.sends(f"/end 1 {whole}")
    bob.gets(f"/end alice/1 {whole}")
    alice.gets(f"* sent large ({count * MAX_CHUNK} bytes) to bob")
    carol = enters(server, "carol", alice, bob, receive_buffer=scenes.SMALL_BUFFER)
    carol.goes_silent()
    alice.sends(f"/file 2 {count * MAX_CHUNK} large")
    alice.begins_to_send((head.replace(b"1", b"2", 1) + chunk) * 300)
    alice.waits_until_stopped()
    bob.begins_to_send(LONG_LINE * 400)
    bob.waits_until_stopped()
    server.has_not_grown_by(16 * MIB, since=before)


@task("9.11", needs=["9.1"])
def test_it_stands_what_every_server_stands(stage, start_server):
    def company(server):
        server.visitor("silent").gets(QUESTION)
        alice, bob = enter(server, "alice", "bob")
        alice.sends_bytes(b"/file 1 9 x\n/data 1 9\nhalf")
        alice.waits_until_received()
        bob.goes_silent()

    server = start_server("--buffer", "65536")
    queue_holds(server, BACKLOG)
    alone = server.settled_usage()
    alice, bob = enter(server, "alice", "bob")
    follow_each_other_at_once(alice, bob, "alice: ")
    mallory = enters(server, "mallory", alice, bob)
    before = server.memory()
    mallory.sends("/file 2 4 y")
    too_long = b"/file 1 4 " + b"x" * MAX_LINE + b"\n/who\n" + b"y" * 32 * MIB
    mallory.sends_bytes(too_long, even_if_hung_up_on=True)
    gets_behind_a_cancel(mallory, 2, "* line too long")
    mallory.gets_hung_up_on()
    mallory.is_reset_in_the_end(within=1.0)
    scenes.vanishes(server)
    for person in (alice, bob):
        person.gets("/file mallory/2 4 y", "/cancel mallory/2", "* mallory left")
    is_heard(alice, "all well", bob)
    server.has_not_grown_by(8 * MIB, since=before)
    a_receiver_vanishes(server, alice, bob)
    nobody = names.too_much_for_a_name(server)
    names.holds_to_lesson_06(server, alice, bob)
    for person in (alice, bob, mallory, nobody):
        person.hangs_up()
    server.is_back_to(alone)
    commands.holds_to_lesson_07(start_server)
    names.exactly_one_wins(start_server)
    stage.send_all_home()
    starting.refuses_to_start(stage, server)
    scenes.ends_when_told(start_server, company)
    scenes.starts_again_at_once(start_server(buffered=True), lambda ann: ann.gets(QUESTION))


def a_receiver_vanishes(server, alice, bob):
    """A chunk is being sent to somebody who resets: it goes on to the others, like the next."""
    carol = enters(server, "carol", alice, bob, receive_buffer=scenes.SMALL_BUFFER)
    carol.goes_silent()
    chunk = scenes.counted(MAX_CHUNK).encode()
    alice.sends(f"/file 1 {20 * MAX_CHUNK} x")
    bob.gets(f"/file alice/1 {20 * MAX_CHUNK} x")
    alice.begins_to_send((f"/data 1 {MAX_CHUNK}\n".encode() + chunk) * 20)
    alice.waits_until_stopped()
    carol.resets()
    gets_chunks_and_lines(bob, "alice/1", chunk, 20, ["* carol left"])
    alice.gets("* carol left")
    alice.sends(f"/end 1 {digest(chunk * 20)}")
    bob.gets(f"/end alice/1 {digest(chunk * 20)}")
    alice.gets(f"* sent x ({20 * MAX_CHUNK} bytes) to bob")


@task("9.12")
def test_the_client_sends_a_file(stage, start_client, scripted_server):
    uploads.files_are_sent(stage, start_client, scripted_server)


@task("9.13", needs=["9.12"])
def test_the_chat_goes_on_while_a_file_is_sent(stage, start_client, scripted_server):
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    data = uploads.the_chat_goes_on(stage, start_client, narrow)

    client, server = meets(start_client, narrow, "--name", "bob", to=narrow)
    client.types("/sendfile large")
    client.has_its_keyboard_closed()
    hears(client, server, QUESTION)
    server.gets("bob")
    server.goes_silent()
    hears(client, server, "* welcome, bob")
    stage.lets_time_pass(1.2)  # its last second begins when all is sent
    uploads.leaves_when_it_is_sent(client, server, 1, data)
    handshakes.holds_to_lessons_05_to_07(start_client, scripted_server)


@task("9.14", needs=["9.12"])
def test_a_file_that_is_being_sent_is_cancelled(stage, start_client):
    uploads.one_that_is_being_sent_is_cancelled(stage, start_client)


@task("9.15", needs=["9.12"])
def test_the_client_receives_files(stage, start_client, scripted_server):
    arrivals.holds_to_lesson_09(stage, start_client, scripted_server)


@task("9.16", needs=["9.15"])
def test_nothing_lands_outside_the_folder_or_half_there(stage, start_client, scripted_server):
    downloads.holds_to_lesson_09(stage, start_client, scripted_server)


@task("9.17", needs=["9.2", "9.12", "9.15"])
def test_both_understand_the_kits_own_programs(
    stage, server, start_client, kit_server, kit_client, kits_folder
):
    halves = (("small.bin", ALL_BYTES * 1000), ("large.bin", ALL_BYTES * (64 * MIB // 256)))
    for mine, (name, data) in zip((True, False), halves, strict=True):
        place = kits_folder if mine else stage.folder
        puts_file(stage, place / name, data)
        port = server.port if mine else kit_server(LESSON, "--buffer", "65536").port
        folder = place / f"downloads-{mine}"

        def start(name, *options, port=port, mine=mine):
            words = ("--name", name, *options)
            if mine:
                return kit_client(LESSON, port, *words, name=name)
            return start_client("--port", str(port), *words, name=name)

        alice = start("alice")
        alice.prints(QUESTION, "* welcome, alice", within=STARTING)
        bob = start("bob", "--downloads", str(folder))
        bob.prints(QUESTION, "* welcome, bob", within=STARTING)
        alice.prints("* bob joined")
        before = [person.memory() for person in (alice, bob)]
        alice.types(f"/sendfile {place / name}")
        alice.prints(f"* sending {name} as 1")
        grows_to(bob, folder, len(data))
        prints_after_notices(bob, f"* got {name} ({len(data)} bytes) from alice")
        has_file(bob, folder / name, data)
        prints_after_progress(alice, f"* sent {name} ({len(data)} bytes) to bob")
        for person, memory in zip((alice, bob), before, strict=True):
            person.has_not_grown_by(48 * MIB, since=memory)
        bob.types("thanks")
        prints_after_progress(alice, "bob: thanks")
        for person in (alice, bob):
            person.types("/quit")
            person.ends(0)
