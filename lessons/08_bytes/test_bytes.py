"""What lesson 08 asks of its server: any bytes, carried in two ways, come back reversed."""

import base64

from hypothesis import strategies as st

from grader.suite import for_any, scenes, starting, task
from grader.suite.delay import nothing_is_held_back
from grader.wire.crowd import queue_holds

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MAX_CHUNK = 65536
MOST_IN_BASE64 = 49_146  # bytes: 65,529 letters are 16,382 groups of four, and one too few
MIB = 1024 * 1024
BACKLOG = 1000
ALL_BYTES = bytes(range(256))
NOT_BASE64 = "* not base64"
BAD_FRAME = "* bad frame"
KILOBYTE = scenes.counted(1000).encode()
LOOKS_LIKE_FRAMES = b"bytes 5\nbase64 AAAA\n* bad frame\nbytes 99999\n"


def base64_frame(payload):
    """Return the payload as a base64 frame."""
    return b"base64 " + base64.b64encode(payload) + b"\n"


def bytes_frame(payload):
    """Return the payload as a bytes frame."""
    return b"bytes %d\n" % len(payload) + payload


BOTH = (base64_frame, bytes_frame)


def asks_and_gets(visitor, frame, payload):
    """Let a visitor send this payload in this kind of frame, and get it back reversed."""
    visitor.sends_bytes(frame(payload))
    gets_frame(visitor, frame, payload[::-1])


def gets_frame(visitor, frame, payload):
    """Expect this payload in this kind of frame next; its line may end with LF or CR LF."""
    line, _, raw = frame(payload).partition(b"\n")
    visitor.gets(line.decode())
    visitor.gets_bytes(raw)


def still_served(visitor, frame=bytes_frame):
    """The connection goes on."""
    asks_and_gets(visitor, frame, b"still there?")


def ends_with_the_next(visitor, frame, payload):
    """Its last byte comes in one segment with the next frame: together more than any limit."""
    asked = frame(payload)
    visitor.sends_in_pieces(asked + frame(b"next"), [len(asked) - 1])
    gets_frame(visitor, frame, payload[::-1])
    gets_frame(visitor, frame, b"txen")


@task("8.1")
def test_a_base64_frame_comes_back_reversed(server):
    ann = server.visitor("ann")
    asks_and_gets(ann, base64_frame, b"hello")
    asks_and_gets(ann, base64_frame, b"how are you?")


@task("8.2")
def test_a_bytes_frame_comes_back_reversed(server):
    ann = server.visitor("ann")
    asks_and_gets(ann, bytes_frame, b"hello")
    asks_and_gets(ann, bytes_frame, b"how are you?")


@task("8.3", needs=["8.1", "8.2"])
def test_nothing_is_a_payload_too(server):
    ann = server.visitor("ann")
    for frame in BOTH * 2:
        asks_and_gets(ann, frame, b"")
    for frame in BOTH:
        still_served(ann, frame)


@task("8.4", needs=["8.1", "8.2"])
def test_every_byte_is_a_byte(server):
    ann = server.visitor("ann")
    for payload in (
        ALL_BYTES,
        b"\n",
        b"\r\n",
        b"a\r\n\r\nb\n",
        b"\x00",
        b"\xff\xfe",
        "gr\u00fcn \U0001f600".encode(),
        LOOKS_LIKE_FRAMES,
    ):
        for frame in BOTH:
            asks_and_gets(ann, frame, payload)
    ann.sends_bytes(b"bytes 3\r\nabc")
    gets_frame(ann, bytes_frame, b"cba")
    ann.sends_bytes(b"base64 AAE=\r\n")
    gets_frame(ann, base64_frame, b"\x01\x00")
    asks_and_gets(ann, bytes_frame, b"\r\n")


BAD_LETTERS = (
    *(" AAEC", "AAEC ", "AA EC", "AA\tEC", "AAEC\x0b", "AAEC\x00", " "),  # what is no letter
    *("AQID\r\r", "AQ\rID"),  # with the LF, one of the CRs belongs to the line's end
    *("A", "AA", "AAA", "AA=", "A===", "=AAA", "AAAA=", "====", "=", "AA==AA=="),  # length, padding
    *("AB==", "AAB="),  # stray bits
    *("__-8", "\u00e4AAA"),  # another alphabet
)


@task("8.5", needs=["8.1"])
def test_text_that_no_encoder_writes_is_not_base64(server):
    ann = server.visitor("ann")
    for text in BAD_LETTERS:
        ann.sends(f"base64 {text}")
        ann.gets(NOT_BASE64)
    ann.sends_bytes(b"base64 \xff\xfe\n" + base64_frame(b"behind it"))
    ann.gets(NOT_BASE64)
    gets_frame(ann, base64_frame, b"ti dniheb")
    for letters, answer in (("AA==", "AA=="), ("+/8=", "//s="), ("AAE=", "AQA=")):
        ann.sends(f"base64 {letters}")
        ann.gets(f"base64 {answer}")
    still_served(ann, base64_frame)


@task("8.6", needs=["8.3"])
def test_a_payload_of_any_size_comes_back(start_server):
    ann = start_server(short_sends=True).visitor("ann")
    for size in (1, 2, 3, 1023, 1024, 1025, 4095, 4096, 4097, 49_145, MOST_IN_BASE64):
        for frame in BOTH:
            asks_and_gets(ann, frame, scenes.counted(size).encode())
    for size in (49_147, MAX_CHUNK - 1, MAX_CHUNK):
        asks_and_gets(ann, bytes_frame, scenes.counted(size).encode())
    ann.sends_bytes(b"bytes 000000003\nabc")  # nine digits
    ann.gets_one_of("bytes 000000003", "bytes 3")
    ann.gets_bytes(b"cba")


BAD_FRAMES = (
    "",
    "hello",
    "base64",
    "BASE64 AAAA",
    "base64\tAAAA",
    " base64 AAAA",
    "bytes",
    "bytes ",
    "Bytes 5",
    "bytes five",
    "bytes -1",
    "bytes +5",
    "bytes 5 ",
    "bytes  5",
    "bytes 5 6",
    "bytes 5\r\r",
    "bytes 5.0",
    "bytes 0x5",
    "bytes 1_0",
    "bytes \u0665",
    "bytes 0000000005",
    f"bytes {MAX_CHUNK + 1}",
    "bytes 999999999",
    "bytes5",
)


@task("8.7", needs=["8.2"])
def test_what_is_no_frame_ends_the_connection(server):
    for line in (*(text.encode() for text in BAD_FRAMES), b"bytes \xff", b"\xff\xfe"):
        ann = server.visitor("ann")
        asks_and_gets(ann, bytes_frame, b"before")
        ann.sends_bytes(bytes_frame(b"in front") + line + b"\nhello\nbytes 5\nhello")
        gets_frame(ann, bytes_frame, b"tnorf ni")
        ann.gets(BAD_FRAME)
        ann.gets_hung_up_on()
        ann.hangs_up()
    fred = server.visitor("fred")
    fred.sends_bytes(bytes_frame(b"before") + b"\n")
    gets_frame(fred, bytes_frame, b"erofeb")
    fred.gets(BAD_FRAME)
    fred.gets_hung_up_on()
    eve = server.visitor("eve")
    eve.sends(f"bytes {MAX_CHUNK + 1}")
    eve.gets(BAD_FRAME)
    eve.gets_hung_up_on()
    bob = server.visitor("bob", receive_buffer=scenes.SMALL_BUFFER)
    bob.goes_silent()
    for _ in range(20):
        bob.sends_bytes(bytes_frame(KILOBYTE))
        bob.waits_until_received()
    bob.sends_bytes(b"hello\n" + b"y" * 8000)
    bob.waits_until_received()
    bob.reads_again()
    for _ in range(20):
        gets_frame(bob, bytes_frame, KILOBYTE[::-1])
    bob.gets(BAD_FRAME)
    bob.gets_hung_up_on()
    eve.is_reset_in_the_end(within=1.0)
    still_served(server.visitor("ann"))


@task("8.8", needs=["8.3"])
def test_cut_or_glued_a_frame_is_a_frame(start_server):
    frames = [(frame, payload) for payload in (b"", b"hello", b"\n\r\n\x00") for frame in BOTH]
    asked = b"".join(frame(payload) for frame, payload in frames)
    for size in ("1", "65536"):
        ann = start_server("--buffer", size).visitor("ann")
        ann.sends_bytes(asked)
        for frame, payload in frames:
            gets_frame(ann, frame, payload[::-1])
        ann.sends_in_pieces(asked)
        for frame, payload in frames:
            gets_frame(ann, frame, payload[::-1])
    ends_with_the_next(ann, base64_frame, scenes.counted(MOST_IN_BASE64).encode())
    ends_with_the_next(ann, bytes_frame, scenes.counted(MAX_CHUNK - 1).encode())


@task("8.9", needs=["8.8"])
@for_any(
    examples=40,
    frames=st.lists(
        st.tuples(st.sampled_from(BOTH), st.binary(max_size=300)), min_size=1, max_size=5
    ),
    cuts=st.lists(st.integers(1, 1500), max_size=6),
)
def test_any_bytes_in_any_pieces(server, frames, cuts):
    ann = server.visitor("ann")
    ann.sends_in_pieces(b"".join(frame(payload) for frame, payload in frames), cuts)
    for frame, payload in frames:
        gets_frame(ann, frame, payload[::-1])


@task("8.10", needs=["8.2"])
def test_at_the_end_of_the_stream_what_is_whole_is_answered(server):
    for unfinished in (b"bytes 5\nhell", b"bytes 5\n", b"bytes 5", b"base64 AAAA", b"hello", b""):
        ann = server.visitor("ann")
        ann.sends_bytes(bytes_frame(b"before") + unfinished)
        ann.ends_its_stream()
        gets_frame(ann, bytes_frame, b"erofeb")
        ann.gets_hung_up_on()
    still_served(server.visitor("bob"))
    dave = scenes.does_not_read(server, "dave", base64_frame(KILOBYTE) * 20)
    dave.waits_until_received()
    dave.ends_its_stream()
    server.stage.lets_time_pass(0.1)  # the server is done, and its kernel is not
    dave.reads_again()
    for _ in range(20):
        gets_frame(dave, base64_frame, KILOBYTE[::-1])
    dave.gets_hung_up_on()


@task("8.11", needs=["8.5"])
def test_a_line_that_is_too_long_is_refused(start_server):
    server = start_server("--buffer", "65536")
    bob = server.visitor("bob")
    still_served(bob, base64_frame)
    before = server.memory()
    most = b"base64 " + b"A" * (MAX_LINE - len(b"base64 "))
    for end in (b"\n", b"\r\n"):
        bob.sends_bytes(most + end)
        bob.gets(NOT_BASE64)
    bob.hangs_up()
    umlauts = b"\xc3\xbc" * (MAX_LINE // 2 + 1)  # more bytes than a line may have, not characters
    for too_long in (most + b"A", umlauts, umlauts + b"\n"):
        carol = server.visitor("carol")
        carol.sends_bytes(base64_frame(b"before") + too_long)
        gets_frame(carol, base64_frame, b"erofeb")
        is_refused(carol)
    eve = server.visitor("eve")
    eve.sends_bytes(most + b"A")
    eve.gets("* line too long")
    eve.gets_hung_up_on()
    carol = server.visitor("carol")
    carol.sends_in_pieces(most + b"A\n" + base64_frame(b"after"), [MAX_LINE])
    is_refused(carol)
    ann = server.visitor("ann")
    ann.sends_bytes(b"bytes " + b"1" * 32 * MIB, even_if_hung_up_on=True)
    is_refused(ann)
    still_served(server.visitor("bob"), base64_frame)
    eve.is_reset_in_the_end(within=1.0)
    server.has_not_grown_by(8 * MIB, since=before)


def is_refused(visitor):
    """Expect the notice about a long line, and nothing behind it."""
    visitor.gets("* line too long")
    visitor.gets_hung_up_on()
    visitor.hangs_up()


@task("8.12", needs=["8.8"])
def test_many_are_served_and_nobody_waits_for_another(server):
    before = scenes.has_had_guests(server, 45, still_served)
    eve = server.visitor("eve")
    eve.sends_bytes(b"bytes 9\nhalf")
    eve.waits_until_received()
    eve.resets()
    server.stage.lets_time_pass(scenes.SETTLED)
    frank = server.visitor("frank")
    still_served(frank)
    frank.hangs_up()
    ann, bob = server.visitors("ann", "bob")
    ann.sends_bytes(b"bytes 11\nhalf of")
    bob.sends_bytes(b"byt")
    ann.waits_until_received()
    bob.waits_until_received()
    crowd = server.visitors(*(f"guest {number}" for number in range(40)))
    for guest in crowd:
        asks_and_gets(guest, bytes_frame, guest.name.encode())
    for number, guest in enumerate(crowd):
        (guest.resets if number % 2 else guest.hangs_up)()
    scenes.vanishes(server)
    peak = server.memory()
    dave = scenes.does_not_read(server, "dave", bytes_frame(b"x" * MAX_CHUNK) * 500)
    ann.sends_bytes(b" it.")
    gets_frame(ann, bytes_frame, b".ti fo flah")
    bob.sends_bytes(b"es 2\nhi")
    gets_frame(bob, bytes_frame, b"ih")
    two_answers_follow_each_other(bob)
    dave.waits_until_stopped()
    server.has_not_grown_by(16 * MIB, since=peak)
    scenes.hears_it_late(dave)
    for _ in range(scenes.FULL):
        gets_frame(dave, bytes_frame, b"x" * MAX_CHUNK)
    dave.resets()
    still_served(bob)
    for visitor in (ann, bob):
        visitor.hangs_up()
    server.is_back_to(before)


def two_answers_follow_each_other(visitor):
    """Two frames in one segment: the kernel does not hold the rest of the answers back."""

    def ask(attempt):
        visitor.sends_bytes(bytes_frame(b"first") + bytes_frame(b"second"))
        visitor.gets("bytes 5")

    def hear_the_rest(attempt):
        visitor.gets_bytes(b"tsrif")
        gets_frame(visitor, bytes_frame, b"dnoces")

    nothing_is_held_back(visitor, ask, hear_the_rest, "answers")


@task("8.13", needs=["8.2"])
def test_it_starts_and_ends_as_every_server_does(stage, start_server):
    def company(server):
        ann, bob = server.visitors("ann", "bob")
        still_served(ann)
        bob.sends_bytes(b"bytes 10\nhalf")
        bob.waits_until_received()
        scenes.does_not_read(server, "dave", bytes_frame(b"x" * MAX_CHUNK) * 10)
        stage.lets_time_pass(scenes.SETTLED)

    server = start_server()
    queue_holds(server, BACKLOG)
    starting.refuses_to_start(stage, server)
    scenes.starts_again_at_once(server, still_served)
    scenes.ends_when_told(start_server, company)
