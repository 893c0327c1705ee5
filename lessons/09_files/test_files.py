"""What lesson 09 asks: files through the server while people talk, and a client that has them."""

from hypothesis import strategies as st

from grader.suite import for_any, scenes, task
from grader.suite.files import (
    chunks,
    digest,
    file_as_sent,
    gets_chunk,
    gets_file,
    has_file,
    has_only,
    is_cancelled,
    names_it,
    prints_after_progress,
    skips_chunks,
    skips_notices,
    takes_file,
)
from grader.suite.people import (
    DISCONNECTED,
    GOODBYE,
    QUESTION,
    asks_and_gets,
    comes_in,
    enter,
    enters,
    is_heard,
)
from grader.wire.crowd import queue_holds
from grader.wire.failure import Kind
from grader.wire.scripted import ScriptedServer

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MAX_CHUNK = 65536
MIB = 1024 * 1024
BACKLOG = 1000
LESSON = "09_files"
FORMS = (
    *("/who", "/msg NAME TEXT", "/nick NEW", "/file ID SIZE NAME", "/data ID N"),
    *("/end ID SHA256", "/cancel ID", "/help", "/quit"),
)
OWN_LINES = b"/end 1 abc\n/data 1 5\n* bob left\n/cancel 1\nbob: hi\n/quit\n\n"
ALL_BYTES = bytes(range(256))
SIZES = (0, 1, 1023, 1024, 1025, 65_536, 65_537)


@task("9.1")
def test_the_room_of_lesson_07_is_still_there(server):
    alice, bob = enter(server, "alice", "bob")
    is_heard(alice, "hi", bob)
    is_heard(bob, "  hello ", alice)
    asks_and_gets(bob, "/who", "* here: alice, bob")
    asks_and_gets(alice, "/help", *(f"* {form}" for form in FORMS))
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


@task("9.2", needs=["9.1"])
def test_a_file_reaches_everybody_else(server):
    alice, bob, carol = enter(server, "alice", "bob", "carol")
    for number, size in enumerate(SIZES, 1):
        data = scenes.counted(size).encode()
        alice.sends_bytes(file_as_sent(number, "my notes.txt", data))
        for person in (bob, carol):
            gets_file(person, f"alice/{number}", "my notes.txt", data)
        alice.gets(f"* sent my notes.txt ({size} bytes) to bob, carol")
    data = scenes.counted(3000).encode()
    bob.sends_bytes(file_as_sent("007", "a b  c", data, size=1))
    for person in (alice, carol):
        gets_file(person, "bob/007", "a b  c", data, size=1)
    bob.gets("* sent a b  c (3000 bytes) to alice, carol")
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
        alice, bob, carol = enter(server, "alice", "bob", "carol")
        data = scenes.counted(2000).encode()
        alice.sends("/file 1 2000 one", "/file 2 2000 two")
        carol.gets("/file alice/1 2000 one", "/file alice/2 2000 two")
        bob.gets("/file alice/1 2000 one", "/file alice/2 2000 two")
        bob.sends("/file 1 2000 three")
        carol.gets("/file bob/1 2000 three")
        alice.gets("/file bob/1 2000 three")
        for one in chunks(data, 500):
            for number in (1, 2):
                alice.sends_bytes(f"/data {number} 500\n".encode() + one)
                for person in (bob, carol):
                    gets_chunk(person, f"alice/{number}", one)
            is_heard(alice, "still sending", bob, carol)
            asks_and_gets(bob, "/who", "* here: alice, bob, carol")
            bob.sends_bytes(b"/data 1 500\n" + one)
            for person in (alice, carol):
                gets_chunk(person, "bob/1", one)
            is_heard(carol, "go on", alice, bob)
        for person, number, name in ((alice, 2, "two"), (bob, 1, "three"), (alice, 1, "one")):
            person.sends(f"/end {number} {digest(data)}")
            others = [one for one in (alice, bob, carol) if one is not person]
            for other in others:
                other.gets(f"/end {person.name}/{number} {digest(data)}")
            whom = ", ".join(other.name for other in others)
            person.gets(f"* sent {name} (2000 bytes) to {whom}")


@task("9.6", needs=["9.2"])
def test_who_was_there_at_the_beginning_gets_it(server):
    alice, bob, carol, dave = enter(server, "alice", "bob", "carol", "dave")
    alice.sends("/file 1 4 x")
    for person in (bob, carol, dave):
        person.gets("/file alice/1 4 x")
    erin = enters(server, "erin", alice, bob, carol, dave)
    everybody = (alice, bob, carol, dave, erin)
    for person, old, new in ((alice, "alice", "anna"), (carol, "carol", "Alf")):
        person.sends(f"/nick {new}")
        for one in everybody:
            one.gets(f"* {old} is now {new}")
    dave.hangs_up()
    for person in (alice, bob, carol, erin):
        person.gets("* dave left")
    alice.sends_bytes(b"/data 1 4\nabcd/end 1 " + digest(b"abcd").encode() + b"\n")
    for person in (bob, carol):
        gets_chunk(person, "alice/1", b"abcd")
        person.gets(f"/end alice/1 {digest(b'abcd')}")
    alice.gets("* sent x (4 bytes) to Alf, bob")
    alice.sends("that was all")
    for person in (bob, carol, erin):
        person.gets("anna: that was all")
    for person in (bob, carol, erin):
        person.hangs_up()
    alice.gets_in_any_order("* bob left", "* Alf left", "* erin left")
    alice.sends_bytes(file_as_sent(2, "x", b"abcd"))
    alice.gets("* sent x (4 bytes) to nobody")


@task("9.7", needs=["9.2"])
def test_a_file_that_is_not_whole_is_cancelled(server):
    alice, bob = enter(server, "alice", "bob")
    ends = (
        b"/data 1 3\nabc",  # more than announced
        f"/end 1 {digest(b'ab')}\n".encode(),  # fewer
        b"/data 1 2\ncd/end 1 abc\n",  # no SHA-256
        b"/data 1 2\ncd/end 1 " + digest(b"abcd").upper().encode() + b"\n",
        b"/data 1 2\ncd/end 1 " + digest(b"abcd").encode() + b" \n",
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
        alice.sends_bytes(b"/data 1 4\nlate")  # the ID is closed
        is_cancelled(alice, 1)
        is_heard(alice, "well", bob)
    for leave in ("hangs_up", "resets", "ends_its_stream", "/quit", "in a chunk"):
        alice.sends_bytes(b"/file 1 4 x\n/file 02 4 y\n/data 1 2\nab")
        bob.gets("/file alice/1 4 x", "/file alice/02 4 y")
        gets_chunk(bob, "alice/1", b"ab")
        if leave == "/quit":
            alice.sends(leave)
        elif leave == "in a chunk":
            alice.sends_bytes(b"/data 02 4\nabc")
            alice.ends_its_stream()
        else:
            getattr(alice, leave)()
        bob.gets_in_any_order("/cancel alice/1", "/cancel alice/02")
        bob.gets("* alice left")
        alice = enters(server, "alice", bob)
    is_heard(alice, "here again", bob)


BAD_FILE_NAMES = (
    *(" ", "   ", "../x", "/etc/passwd", "a/b", "a\\b", "C:\\x", "..", ".", ".profile", "x/"),
    *("tab\there", "bell\x07", "nul\x00", "c1\x85", "del\x7f", "x" * 201, "\u00fc" * 101),
)
GOOD_FILE_NAMES = (
    *("x", "my notes.txt", " x", "x ", "a  b", "x" * 200, "\u00fc" * 100, "CON", "C:x", "a..b"),
    *("*", "a;b", "$(x)", "'", "\u2028", "~", "-rf", "/data"[1:], "\u00a0"),
)


@task("9.8", needs=["9.2"])
def test_what_cannot_be_a_file_is_refused(server):
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
    for line in (f"/end 9 {digest(b'')}", "/cancel 9", "/end 9 abc", "/cancel 09"):
        alice.sends(line)
        is_cancelled(alice, line.split()[1])
    for _ in range(2):
        alice.sends_bytes(b"/data 9 12\n/quit\nhello\n")
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
    alice.sends_bytes(b"/data 1 4\nabcd/end 1 " + digest(b"abcd").encode() + b"\n")
    gets_chunk(bob, "alice/1", b"abcd")
    bob.gets(f"/end alice/1 {digest(b'abcd')}")
    alice.gets("* sent x (4 bytes) to alice")


MISUSED = (
    *(("/file", 3), ("/file 1", 3), ("/file 1 4", 3), ("/file 1 4 ", 3), ("/file  1 4 x", 3)),
    *(("/file x 4 x", 3), ("/file 1 x x", 3), ("/file 1 -4 x", 3), ("/file 1234567890 4 x", 3)),
    *(("/file 1 1234567890123456 x", 3), ("/file 1 \u0664 x", 3), ("/file 1  4 x", 3)),
    *(("/end", 5), ("/end 1", 5), ("/end 1 ", 5), ("/end x abc", 5)),
    *(("/cancel", 6), ("/cancel x", 6), ("/cancel 1 2", 6), ("/cancel ", 6)),
)
BAD_DATA = (
    *(
        "/data",
        "/data ",
        "/data 1",
        "/data 1 ",
        "/data 1 x",
        "/data x 4",
        "/data 1 0",
        "/data 1 -4",
    ),
    *("/data 1 65537", "/data 1 4 x", "/data  1 4", "/data 1 4 ", "/data 1 \u0664", "/data 1 +4"),
)


@task("9.9", needs=["9.2"])
def test_what_is_malformed_is_answered_or_ends_the_connection(server):
    alice, bob = enter(server, "alice", "bob")
    for line, form in MISUSED:
        asks_and_gets(alice, line, f"* usage: {FORMS[form]}")
    is_heard(alice, "never mind", bob)
    for line in BAD_DATA:
        mallory = enters(server, "mallory", alice, bob)
        mallory.sends_bytes(f"/file 1 4 x\n{line}\n".encode() + b"abcd\nhello\n/quit\n")
        mallory.gets("* bad frame")
        mallory.gets_hung_up_on()
        for person in (alice, bob):
            person.gets("/file mallory/1 4 x", "/cancel mallory/1", "* mallory left")
        mallory.hangs_up()
    is_heard(alice, "all well", bob)


@task("9.10", needs=["9.2"])
def test_a_large_file_needs_little_memory(start_server):
    server = start_server("--buffer", "65536")
    alice, bob = enter(server, "alice", "bob")
    before = server.memory()
    chunk = scenes.counted(MAX_CHUNK).encode()
    count = 64 * MIB // MAX_CHUNK
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
    server.has_not_grown_by(16 * MIB, since=before)


@task("9.11", needs=["9.1"])
def test_it_stands_what_every_server_stands(stage, start_server):
    def company(server):
        server.visitor("silent").gets(QUESTION)
        alice, bob = enter(server, "alice", "bob")
        alice.sends_bytes(b"/file 1 9 x\n/data 1 9\nhalf")
        bob.gets("/file alice/1 9 x")
        alice.waits_until_received()

    server = start_server("--buffer", "65536")
    alone = server.usage()
    alice, bob = enter(server, "alice", "bob")
    scenes.follow_each_other_at_once(alice, bob, "alice: ")
    queue_holds(server, BACKLOG)
    mallory = enters(server, "mallory", alice, bob)
    before = server.memory()
    too_long = b"/file 1 4 " + b"x" * MAX_LINE + b"\n/who\n" + b"y" * 32 * MIB
    mallory.sends_bytes(too_long, even_if_hung_up_on=True)
    mallory.gets("* line too long")
    mallory.gets_hung_up_on()
    scenes.vanishes(server)
    for person in (alice, bob):
        person.gets("* mallory left")
    is_heard(alice, "all well", bob)
    server.has_not_grown_by(8 * MIB, since=before)
    for person in (alice, bob, mallory):
        person.hangs_up()
    server.is_back_to(alone)
    scenes.refuses_to_start(stage, server)
    scenes.ends_when_told(start_server, company)
    scenes.starts_again_at_once(start_server(), lambda ann: ann.gets(QUESTION))


@task("9.12")
def test_the_client_sends_a_file(stage, start_client, scripted_server):
    client, server = comes_in(start_client, scripted_server)
    for number, size in enumerate(SIZES, 1):
        data = scenes.counted(size).encode()
        (stage.folder / "my notes.txt").write_bytes(data)
        client.types("/sendfile my notes.txt")
        takes_file(server, number, "my notes.txt", data)
        client.prints(f"* sending my notes.txt as {number}")
        server.sends(f"alice: got {number}")
        prints_after_progress(client, "my notes.txt", f"alice: got {number}")
    folder = stage.folder / "a folder"
    folder.mkdir()
    data = ALL_BYTES * 800 + OWN_LINES
    (folder / "bytes.bin").write_bytes(data)
    client.types("/sendfile a folder/bytes.bin")
    number = len(SIZES) + 1
    takes_file(server, number, "bytes.bin", data)
    client.prints(f"* sending bytes.bin as {number}")
    server.sends("alice: thanks")
    prints_after_progress(client, "bytes.bin", "alice: thanks", at_least=1)


@task("9.13", needs=["9.12"])
def test_the_chat_goes_on_while_a_file_is_sent(stage, start_client):
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
    data = scenes.counted(4 * MIB).encode()
    (stage.folder / "large").write_bytes(data)
    (stage.folder / "small").write_bytes(b"abcd")
    server.goes_silent()
    client.types("/sendfile large")
    client.prints("* sending large as 1")
    server.sends("alice: go on")
    prints_after_progress(client, "large", "alice: go on")
    client.types("hello", "/data 1 4", "/file 9 4 x", "/end 1 abc", "/sendfile none", "/sendfile .")
    client.has_read_its_keyboard()
    server.reads_again()
    between = takes_file(server, 1, "large", data)
    if between != ["hello"]:
        wanted = "'hello' and nothing else between the chunks"
        raise stage.fail(Kind.DIFFERENT, "server", wanted, str(between))
    client.types("/sendfile small", "quit")
    takes_file(server, 2, "small", b"abcd")
    server.gets_hung_up_on()
    server.hangs_up()
    client.ends(0)


@task("9.14", needs=["9.12"])
def test_a_file_that_is_being_sent_is_cancelled(stage, start_client):
    narrow = ScriptedServer(stage, receive_buffer=scenes.SMALL_BUFFER)
    client, server = comes_in(lambda *words: start_client(*words, to=narrow), narrow)
    (stage.folder / "large").write_bytes(bytes(4 * MIB))
    for number, who in ((1, "keyboard"), (2, "server")):
        server.goes_silent()
        client.types("/sendfile large")
        client.prints(f"* sending large as {number}")
        if who == "keyboard":
            client.types(f"/cancel {number}")
            client.has_read_its_keyboard()
        else:
            server.sends(f"* transfer {number} cancelled: no room")
            prints_after_progress(client, "large", f"* transfer {number} cancelled: no room")
        client.types(f"fence {number}")
        server.reads_again()
        sent = skips_chunks(server, number, f"fence {number}")
        if sent >= 4 * MIB:
            raise stage.fail(
                Kind.DIFFERENT, "server", "the rest of the file to be kept", "all of it"
            )
        server.sends(f"alice: enough of {number}")
        prints_after_progress(client, "large", f"alice: enough of {number}")


@task("9.15")
def test_the_client_receives_files(stage, start_client, scripted_server):
    client, server = comes_in(start_client, scripted_server, "--downloads", "in here")
    folder = stage.folder / "in here"
    for number, size in enumerate(SIZES, 1):
        data = scenes.counted(size).encode()
        server.sends_bytes(file_as_sent(f"alice/{number}", f"{size}.txt", data, 1000))
        client.prints(f"* got {size}.txt ({size} bytes) from alice")
        has_file(client, folder / f"{size}.txt", data)
    (folder / "b.part").write_bytes(b"mine")
    (folder / "c").symlink_to(stage.folder / "elsewhere")
    for name, place in (("a", "a"), ("a", "a (1)"), ("a", "a (2)"), ("b", "b (1)"), ("c", "c (1)")):
        data = f"{name} for {place}".encode()
        server.sends_bytes(file_as_sent("alice/1", name, data))
        client.prints(f"* got {name} ({len(data)} bytes) from alice")
        has_file(client, folder / place, data)
    has_file(client, folder / "b.part", b"mine")
    before = [f"{size}.txt" for size in SIZES]
    has_only(client, folder, *before, "a", "a (1)", "a (2)", "b.part", "b (1)", "c", "c (1)")
    data = ALL_BYTES * 300 + OWN_LINES
    server.sends("/file bob/1 76866 one", "/file alice/1 4 two", "bob: chat goes on")
    client.prints("bob: chat goes on")
    has_file(client, folder / "one.part", b"")
    server.sends_in_pieces(file_as_sent("carol/9", "three", b"\n/end carol/9 x\n"))
    client.prints("* got three (16 bytes) from carol")
    has_file(client, folder / "three", b"\n/end carol/9 x\n")


LIES = (
    *("../x", "/x", "..", ".", "a/b", "a\\b", "../mine", ".x", "n\x00ul", "x" * 300, "x\x1b[2J"),
    *("../../../../../../../../../../../../../tmp/kit-must-not-be", "downloads/../../x"),
)


@task("9.16", needs=["9.15"])
def test_nothing_lands_outside_the_folder_or_half_there(stage, start_client, scripted_server):
    client, server = comes_in(start_client, scripted_server)
    folder = stage.folder / "downloads"
    (stage.folder / "mine").write_bytes(b"mine")
    before = {path.name for path in stage.folder.iterdir()}
    for number, name in enumerate(LIES, 1):
        server.sends_bytes(file_as_sent(f"alice/{number}", name, b"abcd"))
        server.sends(f"alice: {number}")
        skips_notices(client, f"alice: {number}")
    has_only(client, folder)
    damaged = (
        b"/data alice/1 5\nabcde",  # more than announced
        f"/end alice/1 {digest(b'ab')}\n".encode(),  # fewer
        b"/data alice/1 2\ncd/end alice/1 " + digest(b"abce").encode() + b"\n",
        b"/cancel alice/1\n",
    )
    for rest in damaged:
        server.sends_bytes(b"/file alice/1 4 x.bin\n/data alice/1 2\nab" + rest)
        names_it(client, "x.bin")
        server.sends_bytes(b"/data alice/1 2\nzz/end alice/1 abc\n/cancel alice/1\n")
        server.sends("/end nobody/7 abc", "alice: well")
        client.prints("alice: well")
        has_only(client, folder)
    server.sends_bytes(b"/file alice/2 4 y.bin\n/data alice/2 2\nab")
    server.sends("alice: good night")
    client.prints("alice: good night")
    server.hangs_up()
    names_it(client, "y.bin")
    client.prints(DISCONNECTED)
    client.ends(1)
    has_only(client, folder)
    has_only(client, stage.folder, *before, "downloads")


@task("9.17", needs=["9.2", "9.12", "9.15"])
def test_both_understand_the_kits_own_programs(stage, server, start_client, kit_server, kit_client):
    data = ALL_BYTES * 1000
    (stage.folder / "bytes.bin").write_bytes(data)
    path = str(stage.folder / "bytes.bin")
    for mine in (True, False):
        port = server.port if mine else kit_server(LESSON).port
        folder = stage.folder / f"downloads-{mine}"

        def start(name, *options, port=port, mine=mine):
            words = ("--name", name, *options)
            if mine:
                return kit_client(LESSON, port, *words, name=name)
            return start_client("--port", str(port), *words, name=name)

        alice = start("alice")
        alice.prints(QUESTION, "* welcome, alice")
        bob = start("bob", "--downloads", str(folder))
        bob.prints(QUESTION, "* welcome, bob")
        alice.prints("* bob joined")
        alice.types(f"/sendfile {path}")
        alice.prints("* sending bytes.bin as 1")
        bob.prints(f"* got bytes.bin ({len(data)} bytes) from alice")
        has_file(bob, folder / "bytes.bin", data)
        prints_after_progress(alice, "bytes.bin", f"* sent bytes.bin ({len(data)} bytes) to bob")
        bob.types("thanks")
        alice.prints("bob: thanks")
        for person in (alice, bob):
            person.types("/quit")
