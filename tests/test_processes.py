"""A program that was started: its output is drained, its end is noticed, nothing of it is left."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from grader.box import boxed
from grader.box.limits import LOOK_SECONDS
from grader.wire import process, sockets
from grader.wire.client import Client
from grader.wire.failure import WireFailure
from grader.wire.output import FLOOD
from grader.wire.patience import Deadline
from grader.wire.process import Process
from grader.wire.program import Program
from grader.wire.server import Server
from tests.small_programs import ECHO, LINUX, write

SIZE = 200 * 2**20  # bytes
POSIX = pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")


@LINUX
def test_the_kernel_says_what_is_unread():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        ours.sendall(b"12345")
        assert sockets.unread_bytes(ours) == 5
        theirs, _ = listener.accept()
        assert theirs.recv(2) == b"12"
        assert sockets.unread_bytes(ours) == 3
        theirs.close()
        ours.close()
        assert sockets.unread_bytes(ours) == 0


@POSIX
def test_a_fault_of_the_one_who_waits_for_an_end_is_no_fault_of_the_program(stage, monkeypatch):
    def gone(self):
        raise psutil.NoSuchProcess(1)  # as when one of them ends while it is looked at

    def broken(self):
        raise ValueError("a fault of ours")

    write(stage, f"import time\ntime.sleep(1.5 * {LOOK_SECONDS})")
    monkeypatch.setattr(Process, "_look_at_its_size", gone)
    Program(stage, "server.py").ends(0)
    monkeypatch.setattr(Process, "_look_at_its_size", broken)
    with pytest.raises(RuntimeError, match="the grader has lost sight of server"):
        Program(stage, "server.py").ends(0)


OF_ITS_OWN = """
    import subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("listening on 127.0.0.1:1", child.pid, flush=True)
    time.sleep(600)
"""
ORPHAN = """
    import subprocess, time
    child = subprocess.check_output("sleep 600 >/dev/null & echo $!", shell=True, text=True)
    print("listening on 127.0.0.1:1", child.strip(), flush=True)
    time.sleep(600)
"""


@POSIX
@pytest.mark.parametrize(("source", "left"), [(OF_ITS_OWN, 0), (ORPHAN, 1)])
def test_nothing_that_a_program_started_stays_and_what_it_had_let_go_is_told(stage, source, left):
    write(stage, source)
    program = Program(stage, "server.py")
    stage.wait_until(lambda: b"\n" in program.process.stdout.beginning())
    child = int(program.process.stdout.text().split()[-1])
    os.kill(child, 0)
    stage.close()
    assert stage.left_running == left
    with pytest.raises(ProcessLookupError):
        wait_for_end(child)


@LINUX
def test_a_program_in_a_box_that_ends_while_it_is_ended_was_not_left_running(monkeypatch):
    popen = subprocess.Popen([sys.executable, "-c", ""])
    family = boxed.BoxedFamily(popen, *os.pipe())
    gone = psutil.Process(popen.pid)
    popen.wait()
    monkeypatch.setattr(family, "members", lambda: [gone])
    for program in (None, gone):
        monkeypatch.setattr(boxed, "_first_of", lambda members, program=program: program)
        assert family.kill() == 0
    family.close()


@LINUX
def test_the_processes_of_the_machine_are_not_those_of_a_box_that_is_being_built(monkeypatch):
    with subprocess.Popen([sys.executable, "-c", ""]) as popen:
        family = boxed.BoxedFamily(popen, *os.pipe())
        family.first = os.getpid()  # its root is still the machine's
        monkeypatch.setattr(family, "members", list)
        assert (family.uses()[0], family.count()) == (0, 0)
        family.close()


def wait_for_end(pid):
    """Wait until the process is gone; a zombie of somebody else counts as gone."""
    for _ in range(200):
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as file:
            if file.read().rpartition(")")[2].split()[0] == "Z":
                raise ProcessLookupError
        time.sleep(0.01)


@POSIX
def test_a_program_that_ends_and_leaves_a_process_has_not_ended(stage):
    write(
        stage,
        """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        """,
    )
    program = Program(stage, "server.py")
    with pytest.raises(WireFailure, match="expected nothing left running, got 1 process"):
        program.ends(0)


@POSIX
def test_a_background_job_heeds_ctrl_c_all_the_same(stage):
    write(stage, ECHO)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        server = Server(stage)
        server.is_told_to_stop()
        with pytest.raises(WireFailure, match=r"stopped by signal 2|exit status 1"):
            server.ends(0)
    finally:
        signal.signal(signal.SIGINT, before)


def test_output_is_drained_and_bounded(stage):
    write(stage, "import sys\nsys.stdout.write('x' * 5_000_000)\nsys.exit(0)")
    program = Program(stage, "server.py")
    program.ends(0)
    output = program.process.stdout
    assert output.size == 5_000_000
    assert len(output.text()) < 300_000
    assert "bytes ...]" in output.text()


def test_a_flood_is_stopped(stage):
    write(stage, "while True: print('x' * 100_000)")
    program = Program(stage, "server.py")
    stage.wait_until(lambda: program.process.ended, Deadline(30), through_end=True)
    assert program.process.stopped_for
    assert program.process.stdout.size < 3 * FLOOD


@pytest.mark.parametrize(("most", "stopped"), [(2_000_000, True), (4_000_000, False)])
def test_who_is_flooded_itself_may_print_more(stage, most, stopped):
    write(stage, "import sys; sys.stderr.write('x' * 3_000_000)", "client.py")
    client = Client(stage, stdin=subprocess.DEVNULL, most_printed=most)
    stage.wait_until(lambda: client.process.ended, through_end=True)
    assert bool(client.process.stopped_for) == stopped
    assert stopped or client.process.stderr.size == 3_000_000


@POSIX
@pytest.mark.parametrize("with_descriptor", [True, False])
@pytest.mark.parametrize(
    "taken",
    [
        f"bytearray(b'x') * {SIZE}",
        f"__import__('mmap').mmap(-1, {SIZE}); taken.write(bytes(b'x') * {SIZE})",
    ],
    ids=["its-own", "shared"],
)
def test_too_much_memory_is_noticed_on_any_kernel(stage, monkeypatch, taken, with_descriptor):
    """Linux before 5.3, and macOS, have no descriptor that tells of a process's end."""

    def refused(pid):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    if not with_descriptor:
        monkeypatch.setattr(os, "pidfd_open", refused, raising=False)
    monkeypatch.setattr(process, "MOST_MEMORY", SIZE // 2)
    write(stage, f"import time\ntaken = {taken}\ntime.sleep(600)")
    program = Program(stage, "server.py")
    stage.wait_until(lambda: program.process.ended, Deadline(30), through_end=True)
    assert "of memory in all" in program.process.stopped_for


def test_outside_of_a_task_nothing_is_written_beside_the_program(stage):
    """A notebook starts the programs of the kit where they lie."""
    write(stage, ECHO)
    before = sorted(stage.folder.parent.iterdir())
    Server(stage)
    assert sorted(stage.folder.parent.iterdir()) == before
