"""The command line of a box: bubblewrap around one program, or Landlock where that is all there is.

Who tries to leave it sees: two processes (the box's own), the system's programs read-only, the
folder of the task, an empty /tmp; no other user, no capability, no network but the task's own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.box.ground import Ground
from grader.box.inside import NOBODY, OWN_ETC, own_prefix
from grader.box.limits import MIB, MOST_THREADS, settings

KIT = Path(__file__).resolve().parents[2]
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
SHARED = {"/bin": "usr/bin", "/sbin": "usr/sbin", "/lib": "usr/lib", "/lib64": "usr/lib64"}
OF_ETC = ("ld.so.cache", "localtime", "services", "protocols", "alternatives")
TEMPORARY = 32 * MIB  # bytes of /tmp, and half as much of /dev/shm

# The keeper stays when the program has ended, so that what it left can be counted. A Ctrl-C of a
# terminal reaches both; the keeper does not mind. The program's own pipes come beside the keeper's:
# what bubblewrap itself holds open would never end.
DESCRIPTORS = ("stdin", "stdout", "stderr", "status", "leash")
KEEPER_SHELL = "/bin/bash"  # others cannot name descriptors above 9
KEEPER = (
    "trap : INT TERM HUP QUIT; {limits}"
    '"$@" <&{given} >&{stdout} 2>&{stderr} '
    "{stdin}<&- {stdout}>&- {stderr}>&- {status}>&- {leash}<&-; "
    "ended=$?; exec {stdin}<&- {stdout}>&- {stderr}>&-; echo $ended >&{status}; read end <&{leash}"
)


def bubblewrap() -> str | None:
    """Return where bubblewrap is, None if it is not installed."""
    return shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin:" + os.environ.get("PATH", ""))


def as_nobody() -> list[str]:
    """Return the words that give root's rights up, before the box is built."""
    if os.geteuid() != 0:
        return []
    user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return ["/usr/bin/setpriv", *user, "--inh-caps=-all", "--bounding-set=-all", "--"]


def keeper(
    command: Sequence[str], limits: Mapping[str, int], numbers: Mapping[str, int], *, no_stdin: bool
) -> list[str]:
    """Return the words that run `command` under its limits and say how it ended.

    numbers: of DESCRIPTORS. To `status` it says how, and it stays until `leash` ends. no_stdin:
    the program's stdin is closed.
    """
    most = f"ulimit -u {MOST_THREADS}; "
    given = "-" if no_stdin else str(numbers["stdin"])
    script = KEEPER.format(limits=settings(limits) + most, given=given, **numbers)
    return [KEEPER_SHELL, "-c", script, "keeper", *command]


def box_words(
    folder: Path, open_to: Path, ground: Ground, *, proc: bool, terminal: bool
) -> list[str]:
    """Return bubblewrap's options.

    folder: where the program starts. open_to: the folder it may write to, at its own path.
    proc: with a /proc of its own. terminal: it has one.
    """
    words = ["--unshare-user", "--uid", "1000", "--gid", "1000", "--disable-userns"]
    words += ["--cap-drop", "ALL", "--unshare-pid", "--unshare-ipc", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--hostname", "box", "--die-with-parent"]
    words += [] if terminal else ["--new-session"]
    words += ["--ro-bind", "/usr", "/usr", *_system(), *_etc(ground.folder)]
    words += ["--proc", "/proc"] if proc else []
    words += ["--dev", "/dev", "--perms", "1777", "--size", str(TEMPORARY // 2)]
    words += ["--tmpfs", "/dev/shm", "--perms", "1777", "--size", str(TEMPORARY), "--tmpfs", "/tmp"]
    if own := own_prefix():
        words += [*parents(own), "--ro-bind", str(ground.prefix), str(own)]
    if Path("/usr") in KIT.parents:
        words += ["--tmpfs", str(KIT)]
    words += [*parents(open_to), "--bind", str(open_to), str(open_to)]
    words += ["--ro-bind", str(ground.shown), str(ground.shown)]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(folder)]
    return words


def _system() -> Iterator[str]:
    for place, target in SHARED.items():
        if os.path.islink(place):
            yield from ("--symlink", target, place)
        elif os.path.isdir(place):
            yield from ("--ro-bind", place, place)


def _etc(etc: Path) -> Iterator[str]:
    yield from ("--perms", "0755", "--dir", "/etc")
    for name in OF_ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for name in OWN_ETC:
        yield from ("--ro-bind", str(etc / name), f"/etc/{name}")


def parents(path: Path) -> Iterator[str]:
    """Make the folders above a mount readable; made by itself, they would not be."""
    for parent in reversed(path.parents[:-1]):
        if parent != Path("/tmp"):  # it is a file system of its own
            yield from ("--perms", "0755", "--dir", str(parent))
