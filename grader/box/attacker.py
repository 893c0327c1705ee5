"""Tries to get out of the box in which it runs, and prints what it managed to do, a line each.

    python attacker.py KIT_FILE PORT PROCESS

For `doctor`: no level is believed that was not attacked. It does no harm where it succeeds.
"""

import ctypes
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

SECONDS = 1.0  # for a connection
NEW_USER = 0x10000000


def read_the_kit(path: str) -> bool:
    """Read a file of the grader."""
    with open(path, "rb") as file:
        return bool(file.read(1))


def write_into_the_kit(path: str) -> bool:
    """Open a file of the grader for writing; nothing is written."""
    os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
    return True


def signal_other_processes(process: str) -> bool:
    """Ask whether a process of the grader could be ended."""
    os.kill(int(process), 0)
    return True


def see_other_processes(process: str) -> bool:
    """Read the command line of a process of the grader."""
    with open(f"/proc/{process}/cmdline", "rb") as file:
        return bool(file.read(1))


def reach_a_server_of_this_machine(port: str) -> bool:
    """Connect to a port of the machine that is not the task's."""
    socket.create_connection(("127.0.0.1", int(port)), timeout=SECONDS).close()
    return True


def reach_the_network(_: str) -> bool:
    """Find a way outside; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(("192.0.2.1", 9))  # an address for documentation, RFC 5737
        return True


def make_a_user_of_its_own(_: str) -> bool:
    """Make a user namespace, the first step to most ways out."""
    return bool(ctypes.CDLL(None).unshare(NEW_USER) == 0)


def write_outside_its_folder(_: str) -> bool:
    """Make a file where others would find it; it is taken away again."""
    for folder in ("/var/tmp", "/usr", "/etc", "/"):
        path = os.path.join(folder, f"kit-doctor-{os.getpid()}")
        with suppress(OSError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.remove(path)
            return True
    return False


ATTEMPTS: tuple[tuple[Callable[[str], bool], int], ...] = (
    (read_the_kit, 0),
    (write_into_the_kit, 0),
    (signal_other_processes, 2),
    (see_other_processes, 2),
    (reach_a_server_of_this_machine, 1),
    (reach_the_network, 1),
    (make_a_user_of_its_own, 2),
    (write_outside_its_folder, 0),
)


def main(targets: list[str]) -> None:
    """Try everything."""
    for attempt, target in ATTEMPTS:
        try:
            if attempt(targets[target]):
                print(attempt.__name__.replace("_", " "))
        except OSError:
            pass  # that is how it should be
    print("done")


if __name__ == "__main__":
    main(sys.argv[1:])
