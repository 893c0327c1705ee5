"""Restless threads: a lock that is missing is seen, and who holds one notices nothing."""

import signal
import subprocess
import textwrap

import pytest

from grader.box.inside import bare_interpreter
from grader.wire.hardships import RESTLESS_THREADS, SHORT_SENDS, hardships

CLAIMS = """
    import threading
    lock, most = threading.Lock(), 0
    for attempt in range(20):
        taken, all_here = [], threading.Barrier(8)
        def claim(who):
            all_here.wait()
            {claim}
        claimants = [threading.Thread(target=claim, args=(n,)) for n in range(8)]
        for one in claimants:
            one.start()
        for one in claimants:
            one.join()
        most = max(most, len(taken))
    print(most)
"""
UNLOCKED = "if not taken:\n    taken.append(who)"
LOCKED = "with lock:\n    if not taken:\n        taken.append(who)"
ONE_STEP = "won = taken.append(who) if who == 3 else None"
COUNTED = """
    import sitecustomize, threading
    class Clock:
        pauses = 0
        def monotonic(self):
            return float(self.pauses)  # each pause takes a second
        def sleep(self, seconds):
            self.pauses += 1
    clock = sitecustomize.time = Clock()
    def work():
        for number in range(1000):
            seen = number
    %s
    print(clock.pauses, sitecustomize.SECONDS)
"""
IN_A_THREAD = "worker = threading.Thread(target=work); worker.start(); work(); worker.join()"

KEEPS_NOTHING = """
    import socket
    left, right = socket.socketpair()
    left.close()
    for give in (left.send, left.sendall):
        data = bytearray(b"late")
        try:
            give(memoryview(data))
        except OSError as error:
            data.clear()  # BufferError if somebody still looks at it
    print("fine")
"""


def run(folder, source, *asked):
    """Return what the program printed, on stdout and stderr, with these hardships."""
    (folder / "server.py").write_text(textwrap.dedent(source))
    done = subprocess.run(
        [bare_interpreter(folder.parent), "server.py"],
        cwd=folder,
        env=hardships(folder.parent, *asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout, done.stderr


@pytest.fixture
def folder(tmp_path):
    """Where the program lies, apart from what it is given."""
    place = tmp_path / "04_lesson"
    place.mkdir()
    return place


def claiming(way):
    """Return a program whose threads claim one thing in this way."""
    return CLAIMS.replace("{claim}", textwrap.indent(way, " " * 12).strip())


def test_of_two_steps_without_a_lock_others_come_in_between(folder):
    out, error = run(folder, claiming(UNLOCKED), RESTLESS_THREADS)
    assert error == "" and int(out) > 1
    assert run(folder, claiming(UNLOCKED)) == ("1\n", "")  # on a good day it is not seen


@pytest.mark.parametrize("way", [LOCKED, ONE_STEP])
def test_a_lock_holds_and_one_step_stays_one(folder, way):
    assert run(folder, claiming(way), RESTLESS_THREADS) == ("1\n", "")


def test_who_has_one_thread_never_stands_still(folder):
    out, error = run(folder, COUNTED % "work()", RESTLESS_THREADS)
    assert (out[:2], error) == ("0 ", "")


def test_the_time_in_which_a_program_stands_still_is_bounded(folder):
    out, error = run(folder, COUNTED % IN_A_THREAD, RESTLESS_THREADS)
    pauses, bound = map(float, out.split())
    assert bound <= pauses <= 2 * bound + 2 and error == ""
    assert 2 * bound < RESTLESS_THREADS.costs


def test_behind_a_send_it_stands_still_for_longer(folder):
    source = """
        import socket, threading, sitecustomize
        class Clock:
            pauses = []
            def monotonic(self):
                return 0.0
            def sleep(self, seconds):
                self.pauses.append(seconds)
        sitecustomize.time = Clock()
        left, right = socket.socketpair()
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        print(left.send(b"x"), left.sendall(b"x"))
        print(Clock.pauses.count(sitecustomize.BEHIND_A_SEND))
    """
    assert run(folder, source, RESTLESS_THREADS) == ("1 None\n2\n", "")


def test_a_program_and_its_traceback_look_as_before(folder):
    source = """
        import sys, threading
        print(__name__, __file__, sys.argv, sys.path[0])
        def fails():
            raise ValueError("here")
        worker = threading.Thread(target=fails)
        worker.start()
        worker.join()
        fails()
    """
    assert run(folder, source, RESTLESS_THREADS) == run(folder, source)


def test_ctrl_c_in_a_pause_is_heard_and_names_no_file_of_the_graders(folder):
    source = f"""
        import os, threading, sitecustomize
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        class Clock:
            def monotonic(self):
                return 0.0
            def sleep(self, seconds):
                os.kill(os.getpid(), {int(signal.SIGINT)})
        sitecustomize.time = Clock()
        for number in range(100):
            seen = number
    """
    out, error = run(folder, source, RESTLESS_THREADS)
    assert out == ""
    assert error.endswith("KeyboardInterrupt\n") and str(folder.parent / "restless") not in error


def test_it_goes_together_with_short_sends(folder):
    source = """
        import socket
        left, right = socket.socketpair()
        print(left.send(bytes(4000)))
    """
    more = claiming(UNLOCKED) + textwrap.indent(textwrap.dedent(source), "    ")
    out, error = run(folder, more, SHORT_SENDS, RESTLESS_THREADS)
    won, sent = map(int, out.split())
    assert (won > 1, sent, error) == (True, 1000, "")


def test_nobody_holds_the_buffer_when_send_has_raised(folder):
    assert run(folder, KEEPS_NOTHING, RESTLESS_THREADS, SHORT_SENDS) == ("fine\n", "")
