"""Many visitors who knock at the same moment, while the server is held still.

The rule: the server is stopped while they knock, so that what is counted is its queue (the
backlog of listen), not its speed. Linux only; elsewhere nothing is counted.
"""

from __future__ import annotations

import functools
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from grader.wire import sockets
from grader.wire.failure import Kind
from grader.wire.server import Server

LETTING_IN = 20.0  # seconds; multiplied by the slowness of this machine, see patience.py
KNOCK_SECONDS = 0.2  # a connection to this machine is made at once, or the queue is full
SPARE_DESCRIPTORS = 100


def queue_holds(server: Server, size: int) -> None:
    """Expect the server's queue to hold `size` visitors, or as many as this system allows.

    They leave at once; returns when the server has accepted them all, however slow it is at that.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    size = min(size, hard - SPARE_DESCRIPTORS, _somaxconn())
    server.stage.transcript.record("visitors", "server", note=f"{size} connect at once")
    waiting = _knock(server, size)
    if waiting < size:
        raise server.failed(
            Kind.RESOURCES, f"{size} visitors who connect at once to be let in", f"only {waiting}"
        )
    _lets_them_in(server)


def _somaxconn() -> int:
    return int(Path("/proc/sys/net/core/somaxconn").read_text())


def _knock(server: Server, size: int) -> int:
    """Return how many of `size` simultaneous connections are made; all are gone afterwards."""
    members = server.process.group()
    knocking: list[socket.socket] = []
    try:
        for member in members:
            with suppress(psutil.NoSuchProcess):
                member.send_signal(signal.SIGSTOP)
        for _ in range(size):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex((server.host, server.port))
            knocking.append(sock)
        return _connected(knocking, KNOCK_SECONDS * server.stage.slowness)
    finally:
        for sock in knocking:
            sockets.reset(sock)
        for member in members:
            with suppress(ProcessLookupError):
                os.kill(member.pid, signal.SIGCONT)


def _lets_them_in(server: Server) -> None:
    """Wait until the server has accepted all who knocked, at whatever speed, or takes no more.

    The crowd is of our making: the task has LETTING_IN more for what it takes.
    """
    stage = server.stage
    more = LETTING_IN * stage.slowness
    while left := sockets.queued_visitors(server.port):
        before = stage.task_time.left
        if not stage.wait_until(functools.partial(_fewer_wait, server, left)):
            return
        taken = min(max(before - stage.task_time.left, 0.0), more)
        stage.task_time.lengthen(taken)
        more -= taken


def _fewer_wait(server: Server, than: int) -> bool:
    return sockets.queued_visitors(server.port) < than


def _connected(knocking: list[socket.socket], seconds: float) -> int:
    """Return how many of them are connected, or become so within these seconds."""
    poll = select.poll()
    waiting = {sock.fileno() for sock in knocking}
    for descriptor in waiting:
        poll.register(descriptor, select.POLLOUT)
    connected, end = 0, time.monotonic() + seconds
    while waiting and (left := end - time.monotonic()) > 0:
        for descriptor, events in poll.poll(left * 1000):
            poll.unregister(descriptor)
            waiting.remove(descriptor)
            connected += not events & (select.POLLERR | select.POLLHUP)
    return connected
