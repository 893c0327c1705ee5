"""What lesson 10 asks: the chat of lesson 09, in which nobody waits for anybody."""

import itertools

from grader.suite import (
    arrivals,
    commands,
    downloads,
    handshakes,
    names,
    scenes,
    starting,
    task,
    transfers,
    uploads,
)
from grader.suite.clock import Clock
from grader.suite.delay import follow_each_other_at_once
from grader.suite.files import (
    ALL_BYTES,
    MAX_CHUNK,
    digest,
    file_as_sent,
    gets_chunk,
    gets_file,
    is_cancelled,
    takes_file,
)
from grader.suite.folders import has_file
from grader.suite.notices import (
    prints_after_notices,
    prints_after_progress,
)
from grader.suite.people import (
    DISCONNECTED,
    GOODBYE,
    NO_NAME,
    QUESTION,
    TAKEN,
    asks_and_gets,
    comes_in,
    enter,
    enters,
    is_heard,
)
from grader.suite.plain_files import puts_file
from grader.wire.crowd import queue_holds
from grader.wire.failure import Kind, WireFailure
from grader.wire.patience import PATIENCE, STARTING
from grader.wire.program import INTERRUPT, TERMINATE

pytest_plugins = ["grader.suite.plugin"]

LESSON = "10_slow_clients"
MAX_LINE = 65536
MIB = 1024 * 1024
BACKLOG = 1000
CLOSING = "* the server is closing"
FULL = "* the room is full"
LONG = "x" * 60_000
FACES = "\U0001f642" * 15_000  # as many bytes, and a quarter of the characters
FEW = 150  # long lines; 9.0 MB, of which a kernel may hold 8 MiB for who does not read
MANY = 300  # long lines; 18.0 MB
LONG_TIME = ("--file-timeout", "600")  # seconds; no task takes so long
SECONDS = 0.7  # that this machine may take for what a server allows a second for
SMALL_FILE = 160  # chunks; 10.5 MB, more than a kernel may hold for who does not read
DEAF = 6  # who do not read while the server ends; to wait for each would take a second
VANISHING = 8  # who vanish at once, each of whom may leave a trace
STUBBORN = 8  # who do not close; to wait for each would take a second
A_MOMENT = 0.05  # seconds, in which a server can serve what it has got
LATE = 1.3  # seconds: longer than a server waits for somebody to close, who has got everything
IN_TIME = 0.4  # seconds, after which a server that ends still has to deliver what is due
LAST_SECOND = 0.9  # seconds, so that this machine is not taken for a server that ends too soon
ATTEMPTS = 3  # where a busy machine can be too slow for its part


@task("10.1")
def test_the_room_of_lesson_09_is_still_there(server):
    alice, bob = enter(server, "alice", "bob")
    is_heard(alice, "hi", bob)
    is_heard(bob, "  hello ", alice)
    alice.sends("", "//slash", "/msg bob psst")
    bob.gets("alice: /slash", "alice (private): psst")
    asks_and_gets(alice, "/who", "* told bob", "* here: alice, bob")
    bob.sends("/nick Bert")
    for person in (alice, bob):
        person.gets("* bob is now Bert")
    data = ALL_BYTES * 300
    alice.sends_bytes(file_as_sent(1, "a file", data, 40_000))
    gets_file(bob, "alice/1", "a file", data, 40_000)
    alice.gets(f"* sent a file ({len(data)} bytes) to Bert")
    bob.sends_bytes(b"/file 2 4 x\n/data 2 5\nabcde/what\n/end 1\n")
    alice.gets("/file Bert/2 4 x", "/cancel Bert/2")
    is_cancelled(bob, 2)
    bob.gets("* unknown command /what, try /help", "* usage: /end ID SHA256")
    people_and_names_change(server, alice, bob)
    alice.sends_in_pieces("in pieces \U0001f642\r\n".encode())
    bob.gets("alice: in pieces \U0001f642")
    asks_and_gets(bob, "/quit", GOODBYE)
    bob.gets_hung_up_on()
    alice.gets("* Bert left")
    last = server.visitor("carol")
    asks_and_gets(last, "a b", QUESTION, NO_NAME, QUESTION)
    asks_and_gets(last, "ALICE", TAKEN, QUESTION)
    last.sends("carol", "/who")
    last.ends_its_stream()
    last.gets("* welcome, carol", "* here: alice, carol")
    last.gets_hung_up_on()
    alice.gets("* carol joined", "* carol left")


def people_and_names_change(server, alice, bob):
    """A file keeps its label and its receivers, whoever comes and takes a name meanwhile."""
    ada, dave = enters(server, "ada", alice, bob), server.visitor("dave")
    dave.gets(QUESTION)
    alice.sends("/file 3 4 y")
    for person in (bob, ada):
        person.gets("/file alice/3 4 y")
    asks_and_gets(dave, "dave", "* welcome, dave")
    for person in (alice, bob, ada):
        person.gets("* dave joined")
    for person, old, new in ((alice, "alice", "Anna"), (dave, "dave", "alice")):
        person.sends(f"/nick {new}")
        for one in (alice, bob, ada, dave):
            one.gets(f"* {old} is now {new}")
    dave.sends("/file 3 4 z")  # alice/3 is open
    is_cancelled(dave, 3)
    alice.sends_bytes(b"/data 3 4\nabcd/end 3 " + digest(b"abcd").encode() + b"\n")
    for person in (bob, ada):
        gets_chunk(person, "alice/3", b"abcd")
        person.gets(f"/end alice/3 {digest(b'abcd')}")
    alice.gets("* sent y (4 bytes) to ada, Bert")
    is_heard(alice, "there", bob, ada, dave, under="Anna")
    dave.hangs_up()
    for person in (alice, bob, ada):
        person.gets("* alice left")
    ada.hangs_up()
    for person in (alice, bob):
        person.gets("* ada left")
    alice.sends("/nick alice")
    for person in (alice, bob):
        person.gets("* Anna is now alice")


def says_long_lines(speaker, count, *listeners):
    """Let somebody say long lines, numbered, and the listeners hear each before the next."""
    for number in range(count):
        is_heard(speaker, f"{number} {LONG}", *listeners)


def deaf_one(server, name, *others):
    """Let somebody come in who does not read from now on, and for whom the kernel holds little."""
    deaf = enters(server, name, *others, receive_buffer=scenes.SMALL_BUFFER)
    deaf.goes_silent()
    return deaf


def takes(slow, count):
    """Let somebody who does not read take so many bytes more, or a little more than that."""
    wanted = len(slow.arrived) + count
    slow.connection.read(True)
    slow.stage.wait_until(lambda: len(slow.arrived) >= wanted or slow.ending != "")
    slow.connection.read(False)


@task("10.2", needs=["10.1"])
def test_nobody_waits_for_who_does_not_read(server):
    alice, bob = enter(server, "alice", "bob")
    silent = server.visitor("silent", receive_buffer=scenes.SMALL_BUFFER)
    silent.gets(QUESTION)
    deaf_one(server, "deaf", alice, bob)
    says_long_lines(alice, 20, bob)
    carol = enters(server, "carol", alice, bob)
    says_long_lines(bob, 20, alice, carol)
    asks_and_gets(carol, "/who", "* here: alice, bob, carol, deaf")
    asks_and_gets(carol, f"/msg deaf {LONG}", "* told deaf")
    mallory = deaf_one(server, "mallory", alice, bob, carol)
    for_herself = f"/msg mallory {LONG}\n" * 5 + "/help\n" * 300
    mallory.begins_to_send(for_herself.encode())  # and does not read the answers
    is_heard(alice, "still here", bob, carol)
    mallory.waits_until_received()
    asks_and_gets(bob, "/who", "* here: alice, bob, carol, deaf, mallory")
    carol.sends("/nick Carol")
    for person in (alice, bob, carol):
        person.gets("* carol is now Carol")
    carol.hangs_up()
    for person in (alice, bob):
        person.gets("* Carol left")
    is_heard(bob, "and we", alice)
    mallory.reads_again()  # a server may leave what she sends where it is until then
    mallory.begins_to_send(b"/msg mallory that is all\nthat was all\n")
    while mallory.gets_line() != "mallory (private): that is all":
        pass
    for person in (alice, bob):
        person.gets("mallory: that was all")  # so there is nothing left to do
    server.rests_for(0.5)


@task("10.3", needs=["10.2"])
def test_who_is_too_far_behind_is_dropped(start_server):
    server = start_server("--outbox", "300000", "--buffer", "65536")
    alice, bob = enter(server, "alice", "bob")
    deaf = deaf_one(server, "deaf", alice, bob)
    deaf.sends("/file 1 4 x")
    for person in (alice, bob):
        person.gets("/file deaf/1 4 x")
    is_dropped(alice, bob, FEW, "/cancel deaf/1", "* deaf left")
    asks_and_gets(bob, "/who", "* here: alice, bob")
    is_heard(alice, "gone", bob)
    again = enters(server, "deaf", alice, bob)
    is_heard(again, "here again", alice, bob)
    hears_no_word_of_it(deaf, "alice: ")
    is_heard(bob, "so am I", alice, again)

    roomy = start_server("--buffer", "65536")
    alice, bob = enter(roomy, "alice", "bob")
    deaf_one(roomy, "deaf", alice, bob)
    is_dropped(alice, bob, MANY, "* deaf left", of=FACES)  # 8 MiB, and what the kernel holds

    larger = start_server("--outbox", str(16 * MIB), "--buffer", "65536")
    alice, bob = enter(larger, "alice", "bob")
    deaf_one(larger, "deaf", alice, bob)
    says_long_lines(alice, 200, bob)  # 12.0 MB


def is_dropped(speaker, listener, most, *said, of=LONG):
    """Let somebody say long lines until the server has said this to both, and only once."""
    missing = list(said)
    for number in range(most):
        line = f"{speaker.name}: {number} {of}"
        speaker.sends(f"{number} {of}")
        while (heard := listener.gets_one_of(line, *missing[:1])) != line:
            missing.remove(heard)
        if len(missing) < len(said):
            break
    else:
        if not listener.stage.wait_until(lambda: bool(listener.arrived)):
            got = f"silence about it, after {most} lines of {len(of.encode())} bytes"
            raise listener.stage.fail(Kind.SILENCE, listener.name, repr(said[0]), got)
    listener.gets(*missing)
    speaker.gets(*said)


def hears_no_word_of_it(deaf, *due):
    """Expect only lines that begin with something due, and then the connection's end."""
    deaf.reads_again()
    deaf.stage.wait_until(lambda: deaf.ending != "")
    heard = deaf.arrived.decode("utf-8", "replace").split("\n")
    for line in heard[:-1]:
        if not line.startswith(due):
            words = "no word about being dropped"
            raise deaf.stage.fail(Kind.UNEXPECTED, deaf.name, words, repr(line[:60]))
    if not deaf.ending:
        raise deaf.stage.fail(Kind.NOT_HUNG_UP, deaf.name, "the connection to end", "it stays open")


@task("10.4", needs=["10.2"])
def test_who_is_slow_but_reads_stays(server, start_server):
    alice, bob = enter(server, "alice", "bob")
    slow = deaf_one(server, "slow", alice, bob)
    says_long_lines(alice, 110, bob)  # 6.6 MB; the limit is 8 MiB
    for number in range(50):  # 3 MB more, while slow takes a little more than that
        is_heard(bob, f"{number} {LONG}", alice)
        is_heard(bob, f"short {number}", alice)
        takes(slow, 90_000)
    asks_and_gets(bob, "/who", "* here: alice, bob, slow")
    slow.reads_again()
    slow.gets(*(f"alice: {number} {LONG}" for number in range(110)))
    for number in range(50):
        slow.gets(f"bob: {number} {LONG}", f"bob: short {number}")
    is_heard(slow, "that was much", alice, bob)
    leaver = deaf_one(server, "leaver", alice, bob, slow)
    says_long_lines(alice, 10, bob, slow)
    asker = deaf_one(start_server(), "asker")
    asker.sends(*[f"/msg asker {LONG}"] * 20, "/who")
    asker.ends_its_stream()
    leaver.begins_to_send(b"/quit\ntoo late\n" + b"y" * 300_000)
    server.stage.lets_time_pass(LATE)
    leaver.reads_again()
    leaver.gets(*(f"alice: {number} {LONG}" for number in range(10)), GOODBYE)
    leaver.gets_hung_up_on()
    for person in (alice, bob, slow):
        person.gets("* leaver left")
    leaver.is_reset_in_the_end(within=1.0)
    rambler = deaf_one(server, "rambler", alice, bob, slow)
    says_long_lines(alice, 10, bob, slow)
    rambler.sends_bytes(b"x" * 65537)
    server.stage.lets_time_pass(A_MOMENT)
    rambler.reads_again()
    rambler.gets(*(f"alice: {number} {LONG}" for number in range(10)), "* line too long")
    rambler.gets_hung_up_on()
    for person in (alice, bob, slow):
        person.gets("* rambler left")
    asker.reads_again()
    asker.gets(*[f"asker (private): {LONG}", "* told asker"] * 20)
    asker.gets("* here: asker")
    asker.gets_hung_up_on()


@task("10.5", needs=["10.2"])
def test_one_who_never_reads_needs_little_memory(start_server):
    server = start_server("--buffer", "65536", "--outbox", str(MIB))
    alice, bob = enter(server, "alice", "bob")
    before = server.memory()
    deaf_one(server, "deaf", alice, bob)
    for turn in range(38):
        said = [*[LONG] * 17, f"turn {turn}"]  # less than MIB: bob is never too far behind
        alice.begins_to_send("".join(f"{line}\n" for line in said).encode())
        hears_much(bob, [f"alice: {line}" for line in said], "* deaf left")
    server.has_not_grown_by(33 * MIB, since=before)
    before = server.memory()
    asker = deaf_one(server, "asker", bob)
    asker.begins_to_send(f"/msg asker {LONG}\n".encode() * 900)
    asker.waits_until_stopped()  # the server takes no more of it, or has dropped her
    server.has_not_grown_by(33 * MIB, since=before)
    bob.sends("/msg alice are you there?")
    while bob.gets_one_of("* told alice", "* asker left") != "* told alice":
        pass


def hears_much(person, lines, perhaps):
    """Expect all these lines next, compared at once, and perhaps another one among them."""
    last = lines[-1].encode()
    person.stage.wait_until(
        lambda: last in person.arrived[-100:] and person.arrived.endswith(b"\n")
    )
    heard = person.arrived.decode("utf-8", "replace").splitlines()
    if [line for line in heard if line != perhaps] != lines:
        person.gets(*lines)  # says what is wrong
    person.arrived.clear()


@task("10.6", needs=["10.2"])
def test_a_file_does_not_count_as_lines(start_server):
    server = start_server("--outbox", "40000", "--buffer", "65536", *LONG_TIME)
    alice, bob = enter(server, "alice", "bob")
    before = server.memory()
    bob.sends("/file 7 4 early")
    alice.gets("/file bob/7 4 early")
    slow = deaf_one(server, "slow", alice, bob)
    deaf = deaf_one(server, "deaf", alice, bob)
    size = 30 * MIB
    chunk = scenes.counted(MAX_CHUNK).encode()
    alice.sends(f"/file 1 {size} large")
    bob.gets(f"/file alice/1 {size} large")
    alice.begins_to_send((f"/data 1 {MAX_CHUNK}\n".encode() + chunk) * (size // MAX_CHUNK))
    alice.waits_until_stopped()
    bob.sends("/who")
    got = gets_behind_chunks(bob, "alice/1", chunk, "* here: alice, bob, deaf, slow")
    if not alice.connection.unsent:
        words = "a sender to wait for who takes nothing of a file"
        taken = f"{size // MIB} MiB taken at once"
        raise alice.stage.fail(Kind.RESOURCES, "server", words, taken)
    server.has_not_grown_by(16 * MIB, since=before)
    bob.sends_bytes(b"/data 7 4\nabcd/end 7 " + digest(b"abcd").encode() + b"\n")
    gets_chunk(alice, "bob/7", b"abcd")  # it is for alice alone, and she reads
    alice.gets(f"/end bob/7 {digest(b'abcd')}")
    got += gets_behind_chunks(bob, "alice/1", chunk, "* sent early (4 bytes) to alice")
    carol = enters(server, "carol")
    got += gets_behind_chunks(bob, "alice/1", chunk, "* carol joined")
    carol.sends("go on without me")
    got += gets_behind_chunks(bob, "alice/1", chunk, "carol: go on without me")
    slow.reads_again()
    slow.gets("* deaf joined", f"/file alice/1 {size} large")
    gets_behind_chunks(slow, "alice/1", chunk, "* carol joined")
    gets_behind_chunks(slow, "alice/1", chunk, "carol: go on without me")
    deaf.resets()
    got += gets_behind_chunks(bob, "alice/1", chunk, "* deaf left")
    alice.gets("* carol joined", "carol: go on without me", "* deaf left")
    gets_behind_chunks(slow, "alice/1", chunk, "* deaf left")
    for _ in range(size // MAX_CHUNK - got):
        gets_chunk(bob, "alice/1", chunk)
    slow.arrived.clear()
    alice.sends(f"/end 1 {digest(chunk * (size // MAX_CHUNK))}")
    alice.gets(f"* sent large ({size} bytes) to bob, slow")
    server.stage.send_all_home()
    a_sender_who_waits_is_dropped(start_server("--outbox", "300000", *LONG_TIME))


def a_sender_who_waits_is_dropped(server):
    """Who sends a file, waits for somebody deaf, and does not read either, is dropped at once."""
    alice = enter(server, "alice")[0]
    deaf_one(server, "deaf", alice)
    sender = deaf_one(server, "sender", alice)
    chunk = scenes.counted(MAX_CHUNK).encode()
    size = SMALL_FILE * MAX_CHUNK
    whole = chunks_as_sent(1, chunk * SMALL_FILE)
    sender.begins_to_send(f"/file 1 {size} small\n".encode() + whole)
    sender.waits_until_stopped()
    alice.gets(f"/file sender/1 {size} small")
    for _ in range(FEW):
        alice.sends(f"/msg sender {LONG}")  # nobody else has to be dropped for that
        said = ("* told sender", "* no one here is called sender", "/cancel sender/1")
        reply = skips_to_one_of(alice, "sender/1", chunk, *said)[0]
        if reply == "* no one here is called sender":  # the name is free first
            alice.gets("/cancel sender/1", "* sender left")
            return
        if reply != "* told sender":
            break
    else:  # a server may look only now and then who is dropped
        gets_behind_chunks(alice, "sender/1", chunk, "/cancel sender/1")
        alice.gets("* sender left")
        return
    replies = ("* told sender", "* no one here is called sender")
    if alice.gets_one_of("* sender left", *replies) in replies:
        alice.gets("* sender left")


def gets_behind_chunks(person, number, chunk, line):
    """Expect this line behind whatever chunks of a file; return how many they were."""
    return skips_to_one_of(person, number, chunk, line)[1]


def skips_to_one_of(person, number, chunk, *lines):
    """Expect one of these lines behind whatever chunks of a file; return which, and how many."""
    head = f"/data {number} {len(chunk)}"
    count = 0
    while (line := person.gets_one_of(head, *lines)) == head:
        person.gets_bytes(chunk)
        count += 1
    return line, count


@task("10.7", needs=["10.6"])
def test_who_takes_nothing_of_a_file_is_dropped(stage, start_server):
    for attempt in range(ATTEMPTS):
        clock = Clock(0.8 * stage.slowness * (attempt + 1))
        server = start_server("--file-timeout", f"{clock.seconds:.2f}", "--buffer", "65536")
        alice, bob = enter(server, "alice", "bob")
        slow = enters(server, "slow", alice, bob, receive_buffer=scenes.SMALL_BUFFER)
        people = [alice, bob, slow]
        try:
            takes_it_bit_by_bit(alice, bob, slow, clock)
            break
        except WireFailure:
            if clock.is_honest() or attempt == ATTEMPTS - 1:
                raise
            stage.send_all_home()
    deaf = deaf_one(server, "deaf", *people)
    deaf.sends("/file 3 9 mine")
    for person in people:
        person.gets("/file deaf/3 9 mine")
    data = scenes.counted(MAX_CHUNK).encode() * SMALL_FILE
    alice.sends(f"/file 2 {len(data)} small")
    for person in (bob, slow):
        person.gets(f"/file alice/2 {len(data)} small")
    patient = deaf_one(server, "patient", *people)
    says_long_lines(bob, 4, alice, slow)
    stage.lets_time_pass(clock.seconds)  # lines have waited so long, but no byte of a file
    asks_and_gets(bob, "/who", "* here: alice, bob, deaf, patient, slow")
    clock.starts()
    alice.begins_to_send(chunks_as_sent(2, data))
    got = gets_behind_chunks(bob, "alice/2", data[:MAX_CHUNK], "/cancel deaf/3")
    got += gets_behind_chunks(bob, "alice/2", data[:MAX_CHUNK], "* deaf left")
    if clock.past() < clock.seconds:
        words = f"it to wait {clock.seconds:.1f} s for who takes nothing of a file"
        raise stage.fail(Kind.UNEXPECTED, "server", words, "it did not wait so long")
    for _ in range(SMALL_FILE - got):
        gets_chunk(bob, "alice/2", data[:MAX_CHUNK])
    alice.gets("/cancel deaf/3", "* deaf left")
    asks_and_gets(alice, f"/end 2 {digest(data)}", f"* sent small ({len(data)} bytes) to bob, slow")
    bob.gets(f"/end alice/2 {digest(data)}")
    hears_no_word_of_it(deaf, "/", "100000.", "bob: ", "* patient joined")
    patient.reads_again()
    patient.gets(*(f"bob: {number} {LONG}" for number in range(4)), "* deaf left")
    is_heard(patient, "thanks", alice, bob)
    stage.send_all_home()
    talk_is_not_taken_either(start_server, clock)


def talk_is_not_taken_either(start_server, clock):
    """Neither lines said meanwhile nor the time before the file count for who takes nothing."""
    options = ("--file-timeout", f"{clock.seconds:.2f}", "--outbox", str(32 * MIB))
    server = start_server(*options, "--buffer", "65536")
    alice, bob = enter(server, "alice", "bob")
    for _ in range(ATTEMPTS):
        all_vanish(server, alice, bob)  # perhaps with what those before them gave back
    deaf_one(server, "deaf", alice, bob)
    says_long_lines(alice, FEW, bob)
    server.stage.lets_time_pass(clock.seconds)
    data = scenes.counted(MAX_CHUNK).encode()
    alice.sends(f"/file 1 {len(data)} tiny")
    bob.gets(f"/file alice/1 {len(data)} tiny")
    clock.starts()
    alice.begins_to_send(chunks_as_sent(1, data))
    gets_chunk(bob, "alice/1", data)
    longest = clock.seconds + 2 * PATIENCE * server.stage.slowness
    for number in itertools.count():
        bob.sends(f"still here {number}")
        heard = alice.gets_one_of(f"bob: still here {number}", "* deaf left")
        if heard == "* deaf left":
            break
        if clock.past() > longest:
            words = f"'* deaf left' {clock.seconds:.1f} s after the file, whoever talks"
            raise server.failed(Kind.SILENCE, words, "it waits on")
        server.stage.lets_time_pass(clock.seconds / 10)
    if clock.past() < clock.seconds:
        words = f"it to wait {clock.seconds:.1f} s for who takes nothing of a file"
        raise server.failed(Kind.UNEXPECTED, words, "it did not wait so long")
    again = server.visitor("deaf")
    again.gets(QUESTION)
    asks_and_gets(again, "deaf", "* welcome, deaf")


def all_vanish(server, speaker, listener):
    """People for whom a lot waits vanish, all at once and in the middle of what somebody says."""
    deaf = [deaf_one(server, f"gone{number}", speaker, listener) for number in range(VANISHING)]
    says_long_lines(speaker, FEW, listener)
    lines = [f"{number} {LONG}" for number in range(3 * VANISHING)]
    speaker.begins_to_send("".join(f"{line}\n" for line in lines).encode())
    for gone in deaf:
        gone.resets()
    left = [f"* {gone.name} left" for gone in deaf]
    speaker.gets_in_any_order(*left)
    listener.gets_in_any_order(*left, *(f"{speaker.name}: {line}" for line in lines))
    server.stage.lets_time_pass(A_MOMENT)


def chunks_as_sent(number, data):
    """Return all chunks of some data, without what stands before and behind them."""
    return file_as_sent(number, "", data).partition(b"\n")[2].rpartition(b"/end ")[0]


def takes_it_bit_by_bit(speaker, quick, slow, clock):
    """A file takes longer than the timeout, since somebody takes it slowly; nobody is dropped."""
    slow.goes_silent()
    data = scenes.counted(MAX_CHUNK).encode() * 240
    clock.starts()
    speaker.begins_to_send(file_as_sent(1, "large", data))
    while clock.past() < 1.3 * clock.seconds:  # never all that waits, so that some always does
        takes(slow, 4 * MAX_CHUNK)
        clock.ticks()
        slow.stage.lets_time_pass(clock.seconds / 40)  # a large kernel's buffer moves in thirds
    slow.reads_again()
    for person in (quick, slow):
        gets_file(person, f"{speaker.name}/1", "large", data)
    speaker.gets(f"* sent large ({len(data)} bytes) to {quick.name}, {slow.name}")


@task("10.8", needs=["10.1"])
def test_who_has_no_name_in_time_is_hung_up_on(stage, start_server):
    clock = Clock(1.0 * stage.slowness)
    server = start_server("--name-timeout", f"{clock.seconds:.2f}")
    alice, bob = enter(server, "alice", "bob")
    clock.starts()
    visitors = _, guesser, dripper = server.visitors("silent", "guesser", "dripper")
    for visitor in visitors:
        visitor.gets(QUESTION)
    guesses = itertools.cycle((b"no name\n", b"ALICE\n"))
    while clock.past() < clock.seconds + 2 * stage.slowness:
        stage.lets_time_pass(0.1)
        dripper.sends_bytes(b".", even_if_hung_up_on=True)
        guesser.sends_bytes(next(guesses), even_if_hung_up_on=True)
        gone = [visitor for visitor in visitors if visitor.ending]
        if gone and clock.past() < clock.seconds:
            words = f"{clock.seconds:.1f} s to say a name"
            raise stage.fail(Kind.HANG_UP, gone[0].name, words, "a hang-up before that")
        if len(gone) == len(visitors):
            break
    for answer in itertools.cycle((NO_NAME, QUESTION, TAKEN, QUESTION)):
        if not guesser.arrived:
            break
        guesser.gets(answer)
    for visitor in visitors:
        visitor.gets_hung_up_on()
    is_heard(alice, "I have a name", bob)
    is_heard(bob, "so have I", alice)
    enters(server, "silent", alice, bob)


@task("10.9", needs=["10.1"])
def test_one_too_many_is_turned_away(start_server):
    server = start_server("--max-clients", "3")
    alice, bob = enter(server, "alice", "bob")
    silent = server.visitor("silent")
    silent.gets(QUESTION)
    for name in ("carol", "dave"):
        is_turned_away(server, name)
    is_heard(alice, "full house", bob)
    asks_and_gets(silent, "silent", "* welcome, silent")
    for person in (alice, bob):
        person.gets("* silent joined")
    bob.hangs_up()
    for person in (alice, silent):
        person.gets("* bob left")
    erin = comes_in_when_there_is_room(server, "erin", alice, silent)
    is_turned_away(server, "frank")
    is_heard(erin, "at last", alice, silent)
    erin.resets()
    for person in (alice, silent):
        person.gets("* erin left")
    frank = comes_in_when_there_is_room(server, "frank", alice, silent)
    frank.hangs_up()
    for person in (alice, silent):
        person.gets("* frank left")
    nobody = is_let_in(server, "nobody")
    is_turned_away(server, "grace")
    nobody.hangs_up()
    comes_in_when_there_is_room(server, "grace", alice, silent)

    every_place_is_given_back(start_server)
    clock = Clock(STUBBORN / 2)
    for _ in range(ATTEMPTS):
        last = stubborn_ones_are_turned_away(start_server("--max-clients", str(STUBBORN)), clock)
        if clock.past() < clock.seconds:
            last.is_reset_in_the_end(within=1.0)
            return
    words = "who accepts not to wait until those close who are turned away"
    raise server.failed(Kind.DELAY, words, f"{clock.past():.1f} s for {STUBBORN} of them")


def every_place_is_given_back(start_server):
    """However somebody goes, the next one gets in."""
    server = start_server("--max-clients", "1")
    for last_words, answer in (
        ("/quit", GOODBYE),
        ("x" * (MAX_LINE + 1), "* line too long"),
        ("/data", "* bad frame"),
    ):
        alice = is_let_in(server, "alice")
        asks_and_gets(alice, "alice", "* welcome, alice")
        asks_and_gets(alice, last_words, answer)
        alice.gets_hung_up_on()
        alice.hangs_up()
    is_let_in(server, "alice")
    hasty = start_server("--max-clients", "1", "--name-timeout", "0.3")
    for name in ("silent", "as silent"):
        nobody = is_let_in(hasty, name)
        nobody.gets_hung_up_on()
        nobody.hangs_up()
    roomy = start_server("--max-clients", "3", "--outbox", "300000", "--buffer", "65536")
    alice, bob = enter(roomy, "alice", "bob")
    deaf_one(roomy, "deaf", alice, bob)
    is_dropped(alice, bob, FEW, "* deaf left")
    comes_in_when_there_is_room(roomy, "deaf", alice, bob)


def stubborn_ones_are_turned_away(server, clock):
    """Let many come for whom there is no place, and none of whom closes; return the last."""
    for visitor in server.visitors(*(f"v{number}" for number in range(STUBBORN))):
        visitor.gets(QUESTION)
    clock.starts()
    for visitor in server.visitors(*(f"stubborn{number}" for number in range(STUBBORN))):
        visitor.gets(FULL)
        visitor.gets_hung_up_on()
    return visitor


def is_turned_away(server, name):
    """Let somebody come for whom there is no place."""
    visitor = server.visitor(name)
    visitor.gets(FULL)
    visitor.gets_hung_up_on()
    visitor.hangs_up()


def comes_in_when_there_is_room(server, name, *others):
    """Let somebody come in as soon as there is a place, and the others hear it."""
    visitor = is_let_in(server, name)
    asks_and_gets(visitor, name, f"* welcome, {name}")
    for other in others:
        other.gets(f"* {name} joined")
    return visitor


def is_let_in(server, name):
    """Let somebody try until a place is free, which may take the server a moment."""
    clock = Clock(PATIENCE * server.stage.slowness)
    while True:
        visitor = server.visitor(name)
        if visitor.gets_one_of(QUESTION, FULL) == QUESTION:
            return visitor
        visitor.gets_hung_up_on()
        visitor.hangs_up()
        if clock.past() > clock.seconds:
            raise server.failed(Kind.SILENCE, "a place for a newcomer", repr(FULL))
        server.stage.wait_until(lambda: False, server.stage.patience(0.02))


@task("10.10", needs=["10.2"])
def test_everybody_hears_that_the_server_closes(stage, start_server):
    closes_at_once(stage, start_server)
    for attempt in range(ATTEMPTS):
        stage.check_at_the_end()
        stage.send_all_home()
        clock = Clock(LAST_SECOND)
        try:
            closes_though_some_do_not_read(start_server(*LONG_TIME), clock)
            return
        except WireFailure:
            if clock.past() < clock.seconds or attempt == ATTEMPTS - 1:
                raise


def closes_at_once(stage, start_server):
    """It is stopped, everybody reads, and nobody hangs up: there is nothing to wait for.

    To wait for them takes a second each time; not to do it has to be quick only once.
    """
    for _ in range(2 * ATTEMPTS):
        server = start_server()
        people = [*enter(server, "alice", "bob"), server.visitor("silent")]
        people[2].gets(QUESTION)
        server.is_told_to_stop(TERMINATE)
        for person in people:
            person.gets(CLOSING)
        clock = Clock(SECONDS)
        for person in people:
            person.gets_hung_up_on()
        server.ends(0)
        if clock.past() < clock.seconds:
            return
        stage.check_at_the_end()
        stage.send_all_home()
    words = "it to end behind its last byte"
    raise server.failed(Kind.DELAY, words, f"it to wait {clock.past():.1f} s for its clients")


def closes_though_some_do_not_read(server, clock):
    """It is stopped with some deaf ones, one who is late, and somebody in the middle of a file."""
    for number in range(DEAF):
        deaf_one(server, f"deaf{number}")
    witness = enters(server, "witness")
    carol = enters(server, "carol", witness)
    carol.sends("/file 1 9999999 large")
    witness.gets("/file carol/1 9999999 large")  # so it is open, before alice comes
    witness.hangs_up()
    carol.gets("* witness left")
    chunk = f"/data 1 {MAX_CHUNK}\n".encode() + bytes(MAX_CHUNK)
    carol.begins_to_send(chunk * 64)
    carol.waits_until_stopped()  # those who are deaf take none of it
    alice = enters(server, "alice")
    bob = enters(server, "bob", alice)
    silent = server.visitor("silent")
    silent.gets(QUESTION)
    late = deaf_one(server, "late", alice, bob)
    says_long_lines(alice, 4, bob)
    alice.begins_to_send(b"/file 1 9 x\n/data 1 9\nhalf")
    bob.gets("/file alice/1 9 x")
    alice.waits_until_received()
    clock.starts()
    server.is_told_to_stop(INTERRUPT)
    for person in (alice, bob, silent):
        person.gets(CLOSING)
    bob.sends_bytes(b"and I?\n", even_if_hung_up_on=True)
    for person in (bob, silent):
        person.hangs_up()
    server.stage.lets_time_pass(IN_TIME / server.stage.slowness)  # nobody hears of that
    late.reads_again()
    late.gets(*(f"alice: {number} {LONG}" for number in range(4)), "/file alice/1 9 x", CLOSING)
    for person in (alice, late):  # at once, or when all have what is due to them
        person.gets_hung_up_on()
    server.ends(0)
    if clock.past() > DEAF - 2:
        words = "it to end within 2 s, however many do not read"
        raise server.failed(Kind.STILL_RUNNING, words, f"it took {clock.past():.1f} s")


@task("10.11", needs=["10.1"])
def test_a_thousand_come_and_go(start_server):
    server = start_server("--outbox", "300000")
    alice = enter(server, "alice")[0]
    for turn in range(5):
        crowd = server.visitors(*(f"v{turn}-{number}" for number in range(200)))
        for number, visitor in enumerate(crowd):
            visitor.gets(QUESTION)
            if number % 10 == 0:
                asks_and_gets(visitor, visitor.name, f"* welcome, {visitor.name}")
                alice.gets(f"* {visitor.name} joined")
        for number, visitor in enumerate(crowd):
            if number % 3 == 0:
                visitor.resets()
            else:
                visitor.hangs_up()
        alice.gets_in_any_order(*(f"* v{turn}-{number} left" for number in range(0, 200, 10)))
        if turn == 0:  # threads may stay for those who come later, but not more and more
            before = server.settled_usage()
    server.is_back_to(before)
    before = server.settled_usage()
    asks_and_gets(alice, "/who", "* here: alice")
    crowd = [deaf_one(server, f"deaf{number}", alice) for number in range(5)]
    alice.begins_to_send(f"{LONG}\n".encode() * 10)
    gone = [f"* {one.name} left\n".encode() for one in crowd]
    server.stage.wait_until(
        lambda: all(line in alice.arrived for line in gone), server.stage.patience(0.3)
    )
    for one in crowd:
        one.resets()  # if the server has not dropped it
    server.is_back_to(before)


DESCRIPTORS = 60
FEW_MORE = 10  # for whom there is space then, however many descriptors each of them needs


@task("10.12", needs=["10.1"])
def test_it_goes_on_at_the_limit_of_descriptors(start_server):
    server = start_server(descriptors=DESCRIPTORS)
    alice, bob = enter(server, "alice", "bob")
    crowd = server.visitors(*(f"v{number}" for number in range(DESCRIPTORS)))
    crowd[0].gets(QUESTION)
    server.stage.lets_time_pass(0.1)
    is_heard(alice, "it is crowded", bob)
    server.rests_for(0.5)
    asks_and_gets(crowd[0], "v0", "* welcome, v0")
    for person in (alice, bob):
        person.gets("* v0 joined")
    for visitor in crowd[1:-FEW_MORE]:
        visitor.hangs_up()
    for visitor in crowd[-FEW_MORE:]:
        visitor.gets(QUESTION)
    asks_and_gets(crowd[-1], "last", "* welcome, last")
    for person in (alice, bob, crowd[0]):
        person.gets("* last joined")
    is_heard(crowd[-1], "at last", alice, bob, crowd[0], under="last")


@task("10.13", needs=["10.2"])
def test_with_echo_a_sender_hears_the_own_line(start_server):
    server = start_server("--echo")
    alice, bob, carol = people = enter(server, "alice", "bob", "carol")
    is_heard(alice, "hi", alice, bob, carol)
    alice.sends("", "//who", "/msg bob psst", "/msg alice memo", "/nick Anna")
    alice.gets("alice: /who", "* told bob", "alice (private): memo", "* told alice")
    bob.gets("alice: /who", "alice (private): psst")
    carol.gets("alice: /who")
    for person in people:
        person.gets("* alice is now Anna")
    alice.sends_bytes(file_as_sent(1, "x", b"abcd"))
    for person in (bob, carol):
        gets_file(person, "Anna/1", "x", b"abcd")
    alice.gets("* sent x (4 bytes) to bob, carol")
    for turn in range(5):
        for person in people:
            person.begins_to_send("".join(f"{turn} {n}\n" for n in range(40)).encode())
        heard = [[person.gets_line() for _ in range(120)] for person in people]
        said = [[f"{name}: {turn} {n}" for n in range(40)] for name in ("Anna", "bob", "carol")]
        for lines in said:
            scenes.said_in_this_order(alice, heard[0], lines)
        for person, lines in zip(people[1:], heard[1:], strict=True):
            scenes.said_in_this_order(person, lines, heard[0])
    is_heard(bob, "that was all", *people)
    slow = deaf_one(server, "slow", *people)
    for number in range(4):
        is_heard(bob, f"{number} {LONG}", *people)
    slow.sends("me too")
    server.stage.lets_time_pass(A_MOMENT)
    slow.reads_again()
    slow.gets(*(f"bob: {number} {LONG}" for number in range(4)), "slow: me too")
    for person in people:
        person.gets("slow: me too")


OPTIONS = ("--outbox", "--max-clients", "--file-timeout", "--name-timeout")
NONSENSE = [(option, "x") for option in OPTIONS]
NAMES_REFUSED = ("x" * 201, ".x", "a/b", "x\x7fy")


@task("10.14", needs=["10.1"])
def test_it_stands_what_every_server_stands(stage, start_server):
    server = start_server("--buffer", "1")
    alice, bob = enter(server, "alice", "bob")
    alice.sends_bytes(file_as_sent(1, "small", ALL_BYTES))
    gets_file(bob, "alice/1", "small", ALL_BYTES)
    bob.sends("with one byte at a time \U0001f642")
    alice.gets("* sent small (256 bytes) to bob", "bob: with one byte at a time \U0001f642")
    for person in (alice, bob):
        person.hangs_up()
    server.is_told_to_stop()
    server.ends(0)

    server = start_server("--buffer", "65536")
    alice, bob = enter(server, "alice", "bob")
    follow_each_other_at_once(alice, bob, "alice: ")
    queue_holds(server, BACKLOG)
    is_heard(alice, "that was a crowd", bob)
    mallory = comes_in_when_there_is_room(server, "mallory", alice, bob)
    before = server.memory()
    too_long = b"x" * (MAX_LINE + 1) + b"\n/who\n" + b"y" * 32 * MIB
    mallory.sends_bytes(too_long, even_if_hung_up_on=True)
    mallory.gets("* line too long")
    mallory.gets_hung_up_on()
    scenes.vanishes(server)
    for person in (alice, bob):
        person.gets("* mallory left")
    is_heard(alice, "all well", bob)
    server.has_not_grown_by(8 * MIB, since=before)
    names.too_much_for_a_name(server)
    names.holds_to_lesson_06(server, alice, bob)
    asks_and_gets(alice, "/help", *(f"* {form}" for form in transfers.FORMS))
    commands.holds_to_lesson_07(start_server)
    names.exactly_one_wins(start_server)
    transfers.holds_to_lesson_09(start_server)
    stage.send_all_home()
    starting.refuses_to_start(stage, server)
    starting.refuses_nonsense(stage, "server.py", NONSENSE)
    flushing = start_server(buffered=True)
    scenes.starts_again_at_once(flushing, lambda ann: ann.gets(QUESTION), last_words=(CLOSING,))


@task("10.15")
def test_the_client_keeps_what_it_could_before(stage, start_client, scripted_server):
    client, server = comes_in(start_client, scripted_server, short_sends=True)
    data = ALL_BYTES * 600
    puts_file(stage, stage.folder / "a file", data)
    client.types("hello", "/sendfile a file")
    server.gets("hello")
    if takes_file(server, 1, "a file", data):
        raise stage.fail(Kind.UNEXPECTED, "server", "nothing between the chunks", "a line")
    prints_after_progress(client, "* sending a file as 1")
    server.sends("bob: hello", "* sent a file (153600 bytes) to alice")
    prints_after_progress(client, "bob: hello")
    prints_after_progress(client, "* sent a file (153600 bytes) to alice")
    server.sends_bytes(file_as_sent("alice/7", "notes", data))
    prints_after_notices(client, f"* got notes ({len(data)} bytes) from alice")
    folder = stage.folder / "downloads"
    has_file(client, folder / "notes", data)
    client.types("/sendfile a file")
    takes_file(server, 2, "a file", data)
    server.sends("bob: thanks")
    prints_after_progress(client, "* sending a file as 2")
    prints_after_progress(client, "bob: thanks")
    longest = "alice: ".ljust(4 * MAX_LINE, "x")
    server.sends(longest)
    prints_after_progress(client, longest)
    server.sends("alice: \x1b[31mred")
    client.prints("alice: \x1b[31mred")
    server.sends(CLOSING)
    server.hangs_up()
    client.prints(CLOSING, DISCONNECTED)
    client.ends(1)
    handshakes.holds_to_lessons_05_to_07(start_client, scripted_server)
    uploads.holds_to_lesson_09(stage, start_client, scripted_server)
    arrivals.holds_to_lesson_09(stage, start_client, scripted_server)
    downloads.holds_to_lesson_09(stage, start_client, scripted_server)


@task("10.16", needs=["10.1", "10.15"])
def test_both_understand_the_kits_own_programs(
    stage, server, start_client, kit_server, kit_client, kits_folder
):
    data = ALL_BYTES * 2000
    for mine in (True, False):
        place = kits_folder if mine else stage.folder
        puts_file(stage, place / "bytes", data)
        port = server.port if mine else kit_server(LESSON).port
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
        alice.types("hello", f"/sendfile {place / 'bytes'}")
        bob.prints("alice: hello")
        prints_after_notices(bob, f"* got bytes ({len(data)} bytes) from alice")
        has_file(bob, folder / "bytes", data)
        alice.prints("* sending bytes as 1")
        prints_after_progress(alice, f"* sent bytes ({len(data)} bytes) to bob")
        bob.types("/msg alice thanks", "/quit")
        bob.prints("* told alice", GOODBYE)
        bob.ends(0)
        prints_after_progress(alice, "bob (private): thanks")
        alice.prints("* bob left")
        alice.types("quit")
        alice.ends(0)
