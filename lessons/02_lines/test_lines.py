"""What lesson 02 asks of its server: the n-th line of a visitor is answered `n: text`."""

from hypothesis import strategies as st

from grader.suite import for_any, scenes, starting, task
from grader.suite.clock import takes_no_second
from grader.wire.crowd import queue_holds

pytest_plugins = ["grader.suite.plugin"]

MAX_LINE = 65536
MIB = 1024 * 1024
ODD_ONES = st.sampled_from(" \t\r\x0b\x1c\x85\u2028\u00fc\U0001f642")
ANY = st.characters(exclude_characters="\n", exclude_categories=["Cs"])
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r\r\n"])  # the last one is a CR and a line end
WORDS = st.text(ODD_ONES, max_size=6) | st.text(ANY, max_size=12)


def asks_and_gets(visitor, number, text):
    """One line and its answer."""
    visitor.sends(text)
    visitor.gets(f"{number}: {text}")


@task("2.1")
def test_a_line_is_answered_with_its_number(server):
    asks_and_gets(server.visitor("ann"), 1, "hello")


@task("2.2", needs=["2.1"])
def test_each_visitor_is_counted_from_1_empty_lines_too(server):
    for name in ("ann", "bob"):
        visitor = server.visitor(name)
        for number, text in enumerate(("one", "", "three", "", ""), 1):
            asks_and_gets(visitor, number, text)
        visitor.hangs_up()


@task("2.3", needs=["2.1"])
def test_three_lines_in_one_segment_are_three_lines(server):
    ann = server.visitor("ann")
    ann.sends("one", "two", "three")
    ann.gets("1: one", "2: two", "3: three")
    ann.sends("four", "five")
    ann.gets("4: four", "5: five")


@task("2.4", needs=["2.1"])
def test_one_line_in_many_segments_is_one_line(server):
    ann = server.visitor("ann")
    ann.sends_in_pieces(b"byte by byte\n")
    ann.gets("1: byte by byte")
    ann.sends_in_pieces(b"a line and a half\nand the rest\n", cuts=[22])
    ann.gets("2: a line and a half", "3: and the rest")
    ann.sends_in_pieces(b"its end comes later\n", cuts=[19])
    ann.gets("4: its end comes later")


@task("2.5", needs=["2.1"])
def test_a_long_line_is_answered_whole(start_server):
    ann = start_server(short_sends=True).visitor("ann")
    for number, size in enumerate((1023, 1024, 1025, 4095, 4096, 4097, 65535, MAX_LINE), 1):
        asks_and_gets(ann, number, scenes.counted(size))
    longest = scenes.counted(MAX_LINE)
    ann.sends_bytes(f"{longest}\r\n".encode())
    ann.gets(f"9: {longest}")


@task("2.6", needs=["2.1"])
def test_a_line_ends_with_lf_or_cr_lf_and_nothing_else(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"from telnet\r\n")
    ann.gets("1: from telnet")
    asks_and_gets(ann, 2, " \t spaces are text \t ")
    asks_and_gets(ann, 3, "vt\x0b ff\x0c fs\x1c gs\x1d rs\x1e nel\x85 ls\u2028 ps\u2029 end")
    ann.sends_bytes(b"\rone\rinside\n\r\n")
    ann.gets("4: \rone\rinside", "5: ")
    ann.sends_bytes(b"two returns\r\r\n")
    ann.gets("6: two returns\r")
    ann.sends_in_pieces(b"cut in the end\r\n", cuts=[15])
    ann.gets("7: cut in the end")


@task("2.7", needs=["2.1"])
def test_any_bytes_are_text_and_half_a_character_is_no_error(server):
    ann = server.visitor("ann")
    smile = "a smile \U0001f642 cut\n".encode()
    ann.sends_in_pieces(smile, cuts=[9, 10, 11])
    ann.gets("1: a smile \U0001f642 cut")
    ann.sends_bytes(b"\xff\xfe\n")
    ann.gets("2: \ufffd")
    ann.sends_bytes(b"bad \xc3( and \xf0\x9f\x99 bytes\n")
    ann.gets("3: bad \ufffd( and \ufffd bytes")
    asks_and_gets(ann, 4, "nul\x00 bell\x07 escape\x1b[31m del\x7f")
    asks_and_gets(ann, 5, "gr\u00fc\u00df dich")
    asks_and_gets(ann, 6, "\ufeffa zero-width space in front")
    asks_and_gets(ann, 7, "\x00nul at both ends\x00")
    asks_and_gets(ann, 8, "e\u0301 and \u2126 stay as they are, ba\bck too")
    ann.sends_bytes(b"\xff\xfb\x01 telnet says\n")
    ann.gets("9: \ufffd\x01 telnet says")
    asks_and_gets(ann, 10, "quit")
    asks_and_gets(ann, 11, "exit")
    ann.sends_bytes(b"\xff." * (MAX_LINE // 2) + b"\n")
    ann.gets("12: " + "\ufffd." * (MAX_LINE // 2))  # it has grown on its way back


@task("2.8", needs=["2.3"])
def test_at_the_end_of_the_stream_whole_lines_are_answered(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"one\ntwo\nnot a line")
    ann.ends_its_stream()
    ann.gets("1: one", "2: two")
    ann.gets_hung_up_on()
    bob = server.visitor("bob")
    bob.sends_bytes(b"x\n" * 100)
    bob.ends_its_stream()
    bob.gets(*(f"{number}: x" for number in range(1, 101)))
    bob.gets_hung_up_on()
    for nothing_whole in (b"", b"a carriage return is no end\r"):
        carol = server.visitor("carol")
        carol.sends_bytes(nothing_whole)
        carol.ends_its_stream()
        carol.gets_hung_up_on()
        carol.hangs_up()


@task("2.9", needs=["2.3"])
def test_a_line_that_is_too_long_is_refused(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"before\n" + b"x" * (MAX_LINE + 1))
    ann.gets("1: before", "* line too long")
    ann.gets_hung_up_on()
    ann.is_reset_in_the_end(within=1.0)
    dora = server.visitor("dora")
    ann.hangs_up()
    dora.sends_bytes(b"x" * (MAX_LINE + 1) + b"\n")
    dora.gets("* line too long")
    dora.gets_hung_up_on()
    dora.hangs_up()
    answers = [f"{number}: {scenes.counted(1000)}" for number in range(1, 22)]
    due = f"{scenes.counted(1000)}\n" * len(answers)
    too_long = "\u00fc" * (MAX_LINE // 2 + 1)
    sent = f"{due}{too_long}\nafter\n{'y' * 300_000}".encode()
    bob = scenes.does_not_read(server, "bob", sent)
    server.stage.lets_time_pass(0.1)
    bob.reads_again()
    bob.gets(*answers, "* line too long")
    bob.gets_hung_up_on()
    bob.hangs_up()
    for run in (b"\r" * (MAX_LINE + 2), b"x" * (MAX_LINE + 1)):
        the_end_stands_behind_the_notice(server, run)
    asks_and_gets(server.visitor("carol"), 1, "hello")


def the_end_stands_behind_the_notice(server, run):
    """Who is hung up on hears of it at once: the server's second is for what still comes."""

    def is_refused():
        eve = server.visitor("eve")
        eve.sends_bytes(run)
        eve.gets("* line too long")
        return eve

    def hears_the_end(eve):
        eve.gets_hung_up_on()
        eve.hangs_up()

    what = "the end of the stream behind the notice,"
    takes_no_second(server.stage, "eve", what, is_refused, hears_the_end)


@task("2.10", needs=["2.9"])
def test_its_memory_stays_small_whatever_comes(start_server):
    for size in ("4096", "65536"):
        server = start_server("--buffer", size)
        asks_and_gets(server.visitor("ann"), 1, "hello")
        server.stage.send_peers_home()
        before = server.memory()
        ann = server.visitor("ann")
        ann.sends_bytes(b"x" * 16 * MIB, even_if_hung_up_on=True)
        ann.gets("* line too long")
        ann.hangs_up()
        server.has_not_grown_by(8 * MIB, since=before)
    text = scenes.counted(MAX_LINE - 4)
    lines = [f"{number:04}{text}" for number in range(1, 201)]
    bob = scenes.does_not_read(server, "bob", "".join(f"{line}\n" for line in lines).encode())
    bob.waits_until_stopped()
    bob.reads_again()
    bob.gets(*(f"{number}: {line}" for number, line in enumerate(lines, 1)))
    server.has_not_grown_by(8 * MIB, since=before)


@task("2.11", needs=["2.3", "2.4"])
def test_any_buffer_size_will_do(start_server):
    for size in (1, 3, 65536):
        ann = start_server("--buffer", str(size)).visitor("ann")
        ann.sends_bytes("one\r\n\ngr\u00fc\u00df dich\n".encode())
        ann.gets("1: one", "2: ", "3: gr\u00fc\u00df dich")
        asks_and_gets(ann, 4, scenes.counted(5000))


@task("2.12", needs=["2.3", "2.4"])
@for_any(
    examples=30,
    lines=st.lists(WORDS, min_size=1, max_size=6),
    ends=st.lists(ENDS, min_size=6, max_size=6),
    cuts=st.sets(st.integers(1, 120), max_size=6),
)
def test_any_lines_in_any_pieces(server, lines, ends, cuts):
    sent = [line.encode() + end for line, end in zip(lines, ends, strict=False)]
    texts = [line.removesuffix(b"\n").removesuffix(b"\r").decode() for line in sent]
    ann = server.visitor("ann")
    ann.sends_in_pieces(b"".join(sent), cuts=cuts)
    ann.ends_its_stream()
    ann.gets(*(f"{number}: {text}" for number, text in enumerate(texts, 1)))
    ann.gets_hung_up_on()


@task("2.13", needs=["2.1"])
def test_a_visitor_who_vanishes_harms_nobody(server):
    queue_holds(server, 1)  # by a visitor who has gone before he is accepted
    scenes.vanishes(server)
    ann, eve = server.visitors("ann", "eve")
    asks_and_gets(ann, 1, "hello")
    eve.sends("answer this", "and this, though I am known to be dead", "and this")
    eve.hangs_up()
    ann.sends("an answer that nobody reads")
    ann.resets()
    server.stage.lets_time_pass(scenes.SETTLED)
    ann, bob = server.visitors("ann", "bob")
    asks_and_gets(ann, 1, "hello")
    ann.sends_bytes(b"half a line")
    ann.waits_until_received()
    ann.resets()
    asks_and_gets(bob, 1, "still there?")


@task("2.14", needs=["2.1"])
def test_it_starts_and_ends_as_every_server_does(stage, start_server):
    def company(server):
        asks_and_gets(server.visitor("ann"), 1, "hello")

    starting.refuses_to_start(stage, start_server(buffered=True))
    scenes.ends_when_told(start_server, company)
    server = start_server()
    eve = server.visitor("eve")
    eve.sends_bytes(b"x" * (MAX_LINE + 1))
    server.stage.lets_time_pass(0.1)  # she is hung up on, and does not close her side
    server.is_told_to_stop()
    server.ends(0)
    eve.hangs_up()
    scenes.starts_again_at_once(start_server(), lambda ann: asks_and_gets(ann, 1, "hello"))
