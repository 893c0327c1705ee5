"""Say whether this machine is ready for the course."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import socket
import sys

from grader.box.attacker import ATTEMPTS
from grader.box.box import ISOLATED, LIMITED, UNPROTECTED
from grader.box.levels import attacked, best_level, trouble
from grader.wire.patience import PATIENCE, measured_slowness

OLDEST = (3, 11)
READ = "read the kit"  # what a program in any box must not do
WORDS = {
    LIMITED: "files are kept apart, the network and other processes are not",
    UNPROTECTED: "what you grade runs with your rights; your own programs may",
}
NEEDED = ("pytest", "hypothesis", "rich", "jinja2", "psutil")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(options: argparse.Namespace) -> int:
    """Print a line for each finding; return 0 when all are good."""
    good = [_python(), _packages(), _loopback(), _speed(), _sandbox()]
    print("\nReady." if all(good) else "\nNot ready: see the lines that begin with NO.")
    return 0 if all(good) else 1


def _say(good: bool, words: str) -> bool:
    print(f" {'OK' if good else 'NO':3} {words}")
    return good


def _python() -> bool:
    version = platform.python_version()
    return _say(sys.version_info >= OLDEST, f"Python {version} (3.11 or newer is needed)")


def _packages() -> bool:
    missing = []
    for name in NEEDED:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    return _say(not missing, f"packages: {'missing ' + ', '.join(missing) if missing else 'all'}")


def _loopback() -> bool:
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            socket.create_connection(listener.getsockname(), timeout=PATIENCE) as ours,
        ):
            theirs, _ = listener.accept()
            with theirs:
                ours.sendall(b"hello")
                answer = theirs.recv(5)
        return _say(answer == b"hello", "this machine can talk to itself over TCP")
    except OSError as error:
        return _say(False, f"no connection to 127.0.0.1: {error} (a firewall?)")


def _speed() -> bool:
    slowness = measured_slowness()
    return _say(True, f"speed: programs are waited for {PATIENCE * slowness:.1f} s at the most")


def _sandbox() -> bool:
    """Say the level that works, what it was attacked with, and why it is not a tighter one."""
    level = best_level()
    words = f"sandbox: {level}{': ' + WORDS[level] if level in WORDS else ''}"
    if level == UNPROTECTED:
        return _say(True, f"{words}\n     not {ISOLATED}: {trouble(ISOLATED)}")
    got = attacked(level)
    good = _say(READ not in got if level == LIMITED else not got, words)
    tried = len(ATTEMPTS)
    what = f"; it could {', '.join(got)}" if got else ""
    print(f"     {tried - len(got)} of {tried} attempts to get out were refused{what}")
    if level != ISOLATED:
        print(f"     not {ISOLATED}: {trouble(ISOLATED)}")
    return good
