"""Imported by a student's Python when it starts: its threads change turns at every line.

The rule: nothing happens that a scheduler may not do. For SECONDS, before each line of the
student's files, and longer behind each send(), a thread that is not alone stands still for a
moment; then all goes on as ever. What is one step of Python's stays one. Nobody holds the
caller's buffer when send() has returned or raised.
"""

import _thread
import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Callable

SECONDS = 1.5  # from the first pause on, and up to as many more on a busy machine
PAUSE = 0.0005  # seconds: long enough for whoever does the same at the same time to catch up
LONG, ONE_IN = 0.012, 12  # and now and then for somebody to overtake, over several lines
NOTICED = 0.001  # seconds; who is woken so much later was kept waiting
BEHIND_A_SEND = 0.02  # for an answer to it to be on its way, and dealt with
SCATTERED = 40503  # a factor that leaves no pattern
library = os.path.dirname(os.__file__)
count = itertools.count(1)
end: list[float] = []  # when all goes on as ever, and by how much that was put off


def stand_still(seconds: float) -> bool:
    """Let the others go on, if there are any; return whether the time for that is not over."""
    if not _thread._count():
        return True
    now = time.monotonic()
    if not end:
        end.extend((now + SECONDS, 0.0))
    if now >= end[0]:
        return False
    time.sleep(seconds)
    late = time.monotonic() - now - seconds
    if late > NOTICED and end[1] < SECONDS:  # the machine is busy: all takes longer
        end[0] += late
        end[1] += late
    return True


def step(frame, event, argument):  # type: ignore[no-untyped-def]
    """Stand still before a line."""
    if event == "line":
        often = next(count) * SCATTERED % 65536 % ONE_IN
        if not stand_still(PAUSE if often else LONG):
            threading.settrace(None)
            sys.settrace(None)
    return step


def enter(frame, event, argument):  # type: ignore[no-untyped-def]
    """Follow the student's functions, and none of Python's own."""
    name = frame.f_code.co_filename
    return None if name.startswith((library, "<")) else step


def restless(give: Callable[..., object]) -> Callable[..., object]:
    """Return this method, with a pause behind it."""

    def given(*arguments: object) -> object:
        try:
            return give(*arguments)
        finally:
            arguments = ()  # an error would keep this frame, and the frame the buffer
            stand_still(BEHIND_A_SEND)

    given.__code__ = given.__code__.replace(co_filename="<socket>")
    return given


for one in (stand_still, step, enter):  # no path of ours in a traceback
    one.__code__ = one.__code__.replace(co_filename="<threads>")
for name in ("send", "sendall"):
    setattr(socket.socket, name, restless(getattr(socket.socket, name)))
threading.settrace(enter)
sys.settrace(enter)
