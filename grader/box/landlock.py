"""Runs a command that may write below one folder only, and signal nobody but its own.

    python landlock.py FOLDER COMMAND ...

For Linux 6.12 and newer without namespaces: see landlock(7). Started in a process of its own, so
that nothing of the grader is in it. Exit status 126 when the kernel cannot do it.
"""

import ctypes
import os
import struct
import sys

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # syscall numbers, the same everywhere
NO_NEW_PRIVILEGES = 38
NEWEST_NEEDED = 6  # the version that can keep signals inside
READ = (1 << 0) | (1 << 2) | (1 << 3)  # execute, read a file, read a folder
ALL = (1 << 16) - 1
SOCKETS_AND_SIGNALS = 3
ASK_VERSION = 1
PATH_BENEATH = 1
READABLE = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/opt", "/proc/self")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "pts", "shm")
OF_FILES = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14) | (1 << 15)  # rights that a file can have

LIBC = ctypes.CDLL(None, use_errno=True)


def call(*arguments: object) -> int:
    """Make a system call. Raises OSError."""
    result = int(LIBC.syscall(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def version() -> int:
    """Return which Landlock the kernel has. Raises OSError when it has none."""
    return call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(ASK_VERSION))


def restrict(folder: str) -> None:
    """Restrict this process, and all that it starts. Raises OSError when that cannot be."""
    if version() < NEWEST_NEEDED:
        raise OSError(f"Landlock {version()} cannot keep signals inside")
    attributes = struct.pack("=QQQ", ALL, 0, SOCKETS_AND_SIGNALS)
    rules = call(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    for path in (*READABLE, sys.base_prefix):
        allow(rules, path, READ)
    for path in (*(f"/dev/{name}" for name in DEVICES), folder):
        allow(rules, path, ALL)
    if LIBC.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError("no_new_privs cannot be set")
    call(RESTRICT_SELF, ctypes.c_int(rules), ctypes.c_uint32(0))
    os.close(rules)


def allow(rules: int, path: str, rights: int) -> None:
    """Add a rule; a path that is not there needs none."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    if not os.path.isdir(path):
        rights &= OF_FILES
    rule = struct.pack("=Qi", rights, place)
    try:
        call(ADD_RULE, ctypes.c_int(rules), ctypes.c_int(PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(place)


def main(words: list[str]) -> int:
    """Restrict this process and become the command."""
    try:
        restrict(words[0])
        os.execvp(words[1], words[1:])
    except OSError as error:
        print(f"landlock: {error}", file=sys.stderr)
    return 126


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
