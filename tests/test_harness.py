"""The wire harness itself: what it starts it ends, what it waits for it gets."""

import select
import selectors
import socket
import textwrap
import time

import pytest

from grader.report.sequence import sequence_text
from grader.suite.played_room import PlayedRoom
from grader.wire import connection, sockets
from grader.wire.client import Client
from grader.wire.failure import Kind, WireFailure
from grader.wire.hardships import SHORT_SENDS
from grader.wire.lines import difference, same_text, shown
from grader.wire.peer import Peer
from grader.wire.program import Program
from grader.wire.scripted import ScriptedServer
from grader.wire.server import Server
from grader.wire.transcript import Event, Transcript
from tests.small_programs import ECHO, LINUX, write


def test_a_server_that_says_where_it_listens_is_ready(stage):
    write(stage, ECHO)
    ann = Server(stage).visitor("ann")
    ann.sends("hello")
    ann.gets("hello")


def test_a_server_that_never_says_so_is_not_ready(stage):
    write(stage, "print('Server started'); import time; time.sleep(60)")
    with pytest.raises(WireFailure, match="Server started") as failure:
        Server(stage)
    assert failure.value.kind is Kind.NOT_READY


@LINUX
def test_a_server_that_says_so_and_does_not_listen_is_not_ready(stage):
    write(stage, "print('listening on 127.0.0.1:1', flush=True); import time; time.sleep(60)")
    with pytest.raises(WireFailure, match="nobody listens there"):
        Server(stage)


@LINUX
def test_the_last_bytes_and_the_end_come_at_once(stage):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = Peer(stage, "ann", socket.create_connection(listener.getsockname()))
        other, _ = listener.accept()
    end_stream = peer.connection.end_stream
    seen = []

    def end():
        seen.append(select.select([other], [], [], 0.05)[0])
        end_stream()

    peer.connection.end_stream = end
    peer.ends_its_stream_with(b"my last words")
    assert seen == [[]], "the bytes were there before the end"
    with other:
        assert other.recv(100) == b"my last words"
        assert other.recv(100, socket.MSG_DONTWAIT) == b""


def test_a_server_may_say_in_pieces_that_it_is_ready(stage):
    at_once = 'print("listening on 127.0.0.1:%d" % s.getsockname()[1], flush=True)'
    in_pieces = (
        'for byte in "listening on 127.0.0.1:%d\\n" % s.getsockname()[1]: '
        'time.sleep(0.003); print(byte, end="", flush=True)'
    )
    assert at_once in ECHO
    write(stage, ECHO.replace("import socket", "import socket, time").replace(at_once, in_pieces))
    ann = Server(stage).visitor("ann")
    ann.sends("hello")
    ann.gets("hello")


def test_a_crash_ends_a_wait_at_once(stage):
    write(stage, ECHO.replace("c, _ = s.accept()", "c, _ = s.accept(); c.recv(9); 1 / 0"))
    ann = Server(stage).visitor("ann")
    ann.sends("hello")
    before = time.monotonic()
    with pytest.raises(WireFailure, match="ended by itself, exit status 1") as failure:
        ann.gets("hello")
    assert failure.value.kind is Kind.CRASH
    assert failure.value.state == "crashed"
    assert time.monotonic() - before < 1.9, "it must not wait for the patience to end"


def test_a_todo_in_a_thread_ends_a_wait_at_once(stage):
    write(
        stage,
        """
        import socket, threading
        def hole():
            raise NotImplementedError("TODO 4.2: say it")
        s = socket.create_server(("127.0.0.1", 0))
        print("listening on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
        while True:
            c, _ = s.accept()
            threading.Thread(target=hole).start()
        """,
    )
    ann = Server(stage).visitor("ann")
    before = time.monotonic()
    with pytest.raises(WireFailure) as failure:
        ann.gets("hello")
    assert failure.value.kind is Kind.TODO
    assert time.monotonic() - before < 1.9


def test_a_traceback_costs_the_task_though_all_answers_are_right(stage):
    write(stage, "import sys, traceback\n" + textwrap.dedent(ECHO))
    source = (stage.folder / "server.py").read_text()
    noisy = "print('Traceback (most recent call last):', file=sys.stderr, flush=True)"
    source = source.replace("        c.sendall", f"        {noisy}\n        c.sendall")
    (stage.folder / "server.py").write_text(source)
    ann = Server(stage).visitor("ann")
    ann.sends("hello")
    ann.gets("hello")
    with pytest.raises(WireFailure) as failure:
        stage.check_at_the_end()
    assert failure.value.kind is Kind.TRACEBACK


def test_a_traceback_of_one_who_ended_as_it_should_is_no_crash(stage):
    write(stage, "import sys; print('Traceback (most recent call last):', file=sys.stderr)")
    Program(stage, "server.py").ends(0)
    write(stage, ECHO)
    Server(stage)
    with pytest.raises(WireFailure, match="the right answers, and a traceback") as failure:
        stage.check_at_the_end()
    assert failure.value.kind is Kind.TRACEBACK


def test_silence_is_called_silence_and_a_hang_up_a_hang_up(stage):
    write(stage, ECHO)
    server = Server(stage)
    ann = server.visitor("ann")
    with pytest.raises(WireFailure, match="got silence"):
        ann.gets("hello")
    ann.sends_bytes(b"hel")
    with pytest.raises(WireFailure, match=r"got b'hel' without a line end, then silence"):
        ann.gets("hello")
    ann.ends_its_stream()
    with pytest.raises(WireFailure, match="the server hung up"):
        ann.gets("hello")


def test_more_than_was_expected_is_a_failure(stage):
    write(stage, ECHO)
    ann = Server(stage).visitor("ann")
    ann.sends("one", "two")
    ann.gets("one")
    with pytest.raises(WireFailure, match="expected a hang-up, got b'two") as failure:
        ann.gets_hung_up_on()
    assert failure.value.transcript[-1][-1].startswith("unexpected")


@LINUX
def test_each_piece_is_received_by_itself(stage):
    write(stage, ECHO.replace("c.sendall(data)", "c.sendall(b'%d\\n' % len(data))"))
    ann = Server(stage).visitor("ann")
    ann.sends_in_pieces(b"abcdefgh", cuts=[1, 3, 7])
    ann.gets("1", "2", "4", "1")


def test_a_missing_program_is_called_missing(stage):
    with pytest.raises(WireFailure, match="no such file") as failure:
        Server(stage)
    assert failure.value.kind is Kind.MISSING


@pytest.mark.parametrize("restart", [False, True])
def test_a_server_that_begins_afresh_is_asked_for_the_same_as_before(stage, restart):
    write(stage, ECHO)
    server = Server(stage, short_sends=True)
    server.begins_afresh(restart)
    assert server.process.under == [SHORT_SENDS.says]


def test_a_room_that_we_play_stands_who_is_gone_at_once(stage):
    room = PlayedRoom(stage)
    for _ in range(20):
        sockets.reset(socket.create_connection(("127.0.0.1", room.port)))
    with socket.create_connection(("127.0.0.1", room.port)) as ann:
        heard = bytearray()
        stage.loop.watch(ann, lambda: heard.extend(ann.recv(100)), selectors.EVENT_READ)
        assert stage.wait_until(lambda: bool(heard)) and heard == b"* welcome\n"
        stage.loop.forget(ann)


def test_a_client_has_a_keyboard_and_a_screen(stage):
    write(stage, "import sys\nfor line in sys.stdin: print('>' + line, end='')", "client.py")
    client = Client(stage)
    client.types("one")
    client.prints(">one")
    client.types("two")
    with pytest.raises(WireFailure, match="expected 'three' on the screen"):
        client.prints("three")
    client.has_its_keyboard_closed()
    client.ends(0)


@LINUX
@pytest.mark.parametrize(("mode", "read"), [("setcbreak", b"hi\n"), ("setraw", b"hi\r")])
def test_enter_at_a_terminal_is_what_the_key_says(stage, mode, read):
    source = f"""
        import os, sys, tty
        tty.{mode}(0)
        print("ready", flush=True)
        got = b""
        while len(got) < 3:
            got += os.read(0, 1)
        print(got, flush=True)
    """
    write(stage, source, "client.py")
    client = Client(stage, terminal=True)
    client.shows("ready")
    client.types("hi")
    client.shows(str(read))


def test_a_client_that_never_comes_is_silence(stage):
    with pytest.raises(WireFailure, match="the client to connect"):
        ScriptedServer(stage).accepts()


@pytest.mark.parametrize(
    ("line", "expected", "same"),
    [
        (b"hi", "hi", True),
        (b"hi\r", "hi", True),
        (b"hi\r\r", "hi", False),
        (b"hi\r", "hi\r", True),
        (b"hi", "hi\r", False),
        ("a\ufffd\ufffdb".encode(), "a\ufffdb", True),
        (b"ab", "a\ufffdb", False),
        (b"a\xffb", "a\ufffdb", False),
    ],
)
def test_a_line_is_compared_as_the_contract_says(line, expected, same):
    assert same_text(line, expected) is same


def test_long_bytes_are_shown_short_and_the_difference_is_said():
    assert shown(b"x" * 500).endswith("(500 bytes)")
    assert (
        difference(b"x" * 100, b"x" * 70) == "the same up to byte 70, then it ends (100 expected)"
    )
    assert difference(b"ab", b"ac") == ""


def test_a_transcript_survives_json_and_is_bounded():
    transcript = Transcript()
    for number in range(1000):
        transcript.record("alice", "server", b"x" * 500, "unexpected" if number == 999 else "")
    rows = transcript.to_json()
    assert len(rows) == 40
    last = Event.from_json(rows[-1])
    assert (last.source, last.target, len(last.data)) == ("alice", "server", 96)
    assert last.note == "unexpected, 500 bytes in all"


def test_the_sequence_is_ascii_and_fits_in_80_columns():
    transcript = Transcript()
    for name in ("alice", "bob", "a very long name indeed", "dave", "erin", "frank"):
        transcript.record(name, "server", "gr\u00fc\u00df \x1b[31m dich\n".encode())
        transcript.record("server", name, b"x" * 500, "unexpected")
    lines = sequence_text(transcript.to_json())
    assert all(len(line) <= 80 and line.isascii() and line.isprintable() for line in lines)
    assert any("unexpected"[:6] in line for line in lines)


def test_a_server_that_never_stops_talking_is_not_listened_to_for_ever(stage, monkeypatch):
    """Each line is there at once, so that no wait would ever end it."""
    monkeypatch.setattr(connection, "MOST_LINES", 1000)
    write(stage, ECHO.replace("c.sendall(data)", "c.sendall(b'again\\n' * 9000)"))
    ann = Server(stage).visitor("ann")
    ann.sends("hello")

    def hears_it_out():
        while ann.gets_line() != "the end":
            pass

    with pytest.raises(WireFailure, match="other lines, without an end"):
        hears_it_out()
