"""What Python's library does not offer of Linux: namespaces, mounts, one's end with the parent's.

The rule: every call raises OSError that says what could not be done; nothing here decides.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
from pathlib import Path

NEW_MOUNTS, NEW_USER, NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000  # unshare(2)
NO_SUID, NO_DEVICES, BIND, PRIVATE, RECURSIVE = 2, 4, 4096, 1 << 18, 16384  # mount(2)
DETACH = 2  # umount2(2)
END_WITH_PARENT, GET_END_WITH_PARENT = 1, 2  # PR_SET_PDEATHSIG, PR_GET_PDEATHSIG
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS, netdevice(7)

LIBC = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def _call(name: str, *arguments: object) -> None:
    if LIBC is None or not hasattr(LIBC, name):
        raise OSError(f"this system has no {name}")
    if getattr(LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(spaces: int) -> None:
    """Give this thread (and what it starts) namespaces of its own: NEW_MOUNTS and so on."""
    _call("unshare", ctypes.c_int(spaces))


def keep_own_user() -> None:
    """Show this process, in its new user namespace, the user that it was."""
    user, group = os.geteuid(), os.getegid()
    ending = ctypes.c_int()
    _call("prctl", GET_END_WITH_PARENT, ctypes.byref(ending))
    unshare(NEW_USER)
    _call("prctl", END_WITH_PARENT, ending)  # a new user makes the kernel forget it
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def keep_mounts_to_oneself() -> None:
    """Let nothing that is mounted from now on be seen outside, and the other way round."""
    _call("mount", None, b"/", None, ctypes.c_ulong(RECURSIVE | PRIVATE), None)


def mount_memory(place: Path, size: int, files: int) -> None:
    """Mount an empty file system on `place`: at most `size` bytes and `files` files."""
    options = f"size={size},nr_inodes={files},mode=755".encode()
    flags = ctypes.c_ulong(NO_SUID | NO_DEVICES)
    _call("mount", b"kit", os.fsencode(place), b"tmpfs", flags, options)


def show_again(folder: Path, place: Path) -> None:
    """Make `folder` visible at `place` too."""
    _call("mount", os.fsencode(folder), os.fsencode(place), None, ctypes.c_ulong(BIND), None)


def unmount(place: Path) -> None:
    """Take away what is mounted on `place`, as soon as nobody uses it."""
    _call("umount2", os.fsencode(place), ctypes.c_int(DETACH))


def fresh_network() -> None:
    """Give this thread a network in which there is only a loopback, with all ports free."""
    unshare(NEW_NETWORK)
    import fcntl

    with socket.socket() as anything:
        fcntl.ioctl(anything, SET_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
