"""Short sends: who ignores the result of send() is seen, and nobody else notices a thing."""

import re
import subprocess
import textwrap

import pytest

from grader.box.inside import bare_interpreter
from grader.wire.client import Client
from grader.wire.failure import WireFailure
from grader.wire.hardships import HERE, SHORT_SENDS, hardships
from grader.wire.program import Program
from grader.wire.server import Server
from grader.wire.stage import Stage

ECHO = """
    import socket
    s = socket.create_server(("127.0.0.1", 0))
    print("listening on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
    c, _ = s.accept()
    while data := c.recv(65536):
        c.{send}(data)
"""
RIGHT = {
    "sendall": "left.sendall(DATA)",
    "a loop over a memoryview": """
        view = memoryview(DATA)
        while view:
            view = view[left.send(view):]""",
    "a loop that shortens a bytearray, also after an error": """
        left.setblocking(False)
        out = bytearray(DATA)
        while out:
            try:
                del out[:left.send(out)]
            except BlockingIOError as full:
                out += b""
                select.select([], [left], [])""",
    "a view of wide items": """
        view = memoryview(array.array("I", DATA))
        sent = left.send(view)
        left.sendall(view.cast("B")[sent:])""",
    "sendmsg": "assert left.sendmsg([DATA]) == len(DATA)",
    "makefile": "left.makefile('wb').write(DATA)",
    "os.write": "assert os.write(left.fileno(), DATA) == len(DATA)",
    "a flag": """
        sent = left.send(DATA, getattr(socket, "MSG_DONTWAIT", 0))
        left.sendall(DATA[sent:])""",
}
SETTING = """
    import array, os, select, socket, threading
    DATA = bytes(range(256)) * 16
    left, right = socket.socketpair()
    got = []
    def read():
        while data := right.recv(1024):
            got.append(data)
    reader = threading.Thread(target=read)
    reader.start()
    {send}
    left.shutdown(socket.SHUT_WR)
    reader.join()
    print(b"".join(got) == (bytes(array.array("I", DATA)) if {wide} else DATA))
"""
ERRORS = """
    import socket
    for give in (("text",), (b"x", "y"), (b"x", 0, 0, 0), (memoryview(b"abcd")[::2],)):
        left, right = socket.socketpair()
        try:
            print(left.send(*give))
        except Exception as error:
            print(type(error).__name__, error)
    right.close()
    try:
        left.send(b"x")
    except OSError as error:
        print(error)
"""
LOOK = """
    import sys, traceback
    print(__name__, __file__, sys.argv, sys.path[0], "sitecustomize" in sys.modules)
    def fails():
        raise ValueError("here")
    fails()
"""
SPAWNS = """
    import multiprocessing, socket
    def child(queue):
        left, right = socket.socketpair()
        queue.put(left.send(bytes(4000)))
    if __name__ == "__main__":
        context = multiprocessing.get_context("spawn")
        queue = context.Queue()
        process = context.Process(target=child, args=(queue,))
        process.start()
        print(queue.get(timeout=20))
        process.join()
"""


@pytest.fixture
def stage(tmp_path):
    folder = tmp_path / "04_lesson"
    folder.mkdir()
    world = Stage(folder)
    yield world
    world.close()


def test_a_failure_says_how_much_is_taken_at_a_time():
    source = (HERE / SHORT_SENDS.file).read_text(encoding="utf-8")
    [most] = re.findall(r"^MOST = (\d+)", source, re.MULTILINE)
    assert f"takes {most} bytes at most" in SHORT_SENDS.says


def write(stage, source, name="server.py"):
    (stage.folder / name).write_text(textwrap.dedent(source))


def run(stage, source, *, short=True):
    """Return what the program printed, on stdout and stderr, with short sends or without."""
    write(stage, source)
    more = hardships(stage.folder.parent, SHORT_SENDS) if short else {}
    command = [bare_interpreter(stage.folder.parent), "server.py", "--port", "0"]
    done = subprocess.run(
        command, cwd=stage.folder, env=more, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout, done.stderr


def echoes(server):
    ann = server.visitor("ann")
    ann.sends_bytes(b"x" * 5000)
    ann.gets_bytes(b"x" * 5000)


@pytest.mark.parametrize("short", [False, True])
def test_who_ignores_what_send_returns_is_seen(stage, short):
    write(stage, ECHO.format(send="send"))
    server = Server(stage, short_sends=short)
    if short:
        with pytest.raises(WireFailure):
            echoes(server)
    else:
        echoes(server)


def test_sendall_is_not_touched(stage):
    write(stage, ECHO.format(send="sendall"))
    echoes(Server(stage, short_sends=True))


def test_a_client_can_be_asked_for_it_too(stage):
    write(
        stage, "import socket\na, b = socket.socketpair()\nprint(a.send(bytes(4000)))", "client.py"
    )
    Client(stage, short_sends=True).prints("1000")


@pytest.mark.parametrize("way", RIGHT)
def test_a_right_program_does_not_notice(stage, way):
    lines = textwrap.indent(textwrap.dedent(RIGHT[way]).strip(), "    ").strip()
    source = SETTING.format(send=lines, wide="wide" in way)
    assert run(stage, source) == ("True\n", "")


def test_asyncio_does_not_notice(stage):
    source = """
        import asyncio
        async def echo(reader, writer):
            writer.write(await reader.readexactly(50_000))
            await writer.drain()
            writer.close()
        async def main():
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(bytes(50_000))
            print(len(await reader.read(-1)))
            writer.close()
        asyncio.run(main())
    """
    assert run(stage, source) == ("50000\n", "")


def test_a_datagram_goes_out_whole(stage):
    source = """
        import socket
        inside = socket.socket(type=socket.SOCK_DGRAM)
        inside.bind(("127.0.0.1", 0))
        outside = socket.socket(type=socket.SOCK_DGRAM)
        outside.connect(inside.getsockname())
        print(outside.send(bytes(4000)), len(inside.recv(8000)))
    """
    assert run(stage, source) == ("4000 4000\n", "")


def test_errors_are_as_before(stage):
    assert run(stage, ERRORS) == run(stage, ERRORS, short=False)


def test_a_program_and_its_traceback_look_as_before(stage):
    out, error = run(stage, LOOK)
    plain, as_before = run(stage, LOOK, short=False)
    assert error == as_before and error.count("File") == 2
    assert out == plain.replace("False", "True")


def test_a_traceback_out_of_send_names_no_file_of_the_graders(stage):
    _, error = run(stage, "import socket\nsocket.socket().send(b'x')")
    assert str(stage.folder.parent / "short_sends") not in error and "BrokenPipeError" in error


def test_a_spawned_process_is_treated_alike(stage):
    assert run(stage, SPAWNS) == ("1000\n", "")


def test_nothing_of_it_lies_with_the_students_files(stage):
    write(stage, "")
    Program(stage, "server.py", short_sends=True).ends(0)
    assert [path.name for path in stage.folder.iterdir()] == ["server.py"]
