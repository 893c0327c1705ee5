"""Which level of isolation this machine offers: found by running the real box, not by asking."""

from __future__ import annotations

import functools
import subprocess
import sys
from contextlib import suppress

from grader.box.box import LEVELS, LIMITED, UNPROTECTED
from grader.box.walls import KIT, bubblewrap
from grader.errors import UserError

PROBE_SECONDS = 20  # a loaded machine; the box starts in some hundredths of one
WHY_NOT = {
    "setting up uid map": "the system restricts user namespaces (an AppArmor profile for bwrap?)",
    "RTM_NEWADDR": "the system restricts user namespaces (an AppArmor profile for bwrap?)",
    "Operation not permitted": "the system, or a container, forbids namespaces",
    "No space left on device": "the system allows no more user namespaces",
}


@functools.cache
def best_level() -> str:
    """Return the tightest level that works here."""
    return next(level for level in LEVELS if not trouble(level))


@functools.cache
def trouble(level: str) -> str:
    """Return why this level does not work here, in a line; empty if it does."""
    if level == UNPROTECTED:
        return ""
    if not sys.platform.startswith("linux"):
        return "this system has no such box"
    if level != LIMITED and bubblewrap() is None:
        return "bubblewrap is not installed (Debian, Ubuntu: sudo apt install bubblewrap)"
    try:
        probe = _run("probe", level)
    except subprocess.TimeoutExpired:
        return f"the box did not start within {PROBE_SECONDS} s"
    except OSError as error:
        return str(error)
    if probe.returncode == 0:
        return ""
    said = probe.stderr.decode("utf-8", "replace").strip().splitlines() or ["it failed"]
    hints = [hint for word, hint in WHY_NOT.items() if word in said[-1]]
    return said[-1][-200:] + "".join(f": {hint}" for hint in hints[:1])


def attacked(level: str) -> list[str]:
    """Return what an attacker could do who was let loose in a box of this level.

    Raises UserError when the attack could not be made: then nothing is proved.
    """
    lines: list[str] = []
    with suppress(subprocess.TimeoutExpired, OSError):
        lines = _run("attack", level).stdout.decode("utf-8", "replace").splitlines()
    if not lines or lines[-1] != "done":
        raise UserError(f"the box {level!r} could not be attacked: nothing is known of it")
    return lines[:-1]


def _run(action: str, level: str) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-m", "grader.box", action, level]
    return subprocess.run(words, cwd=KIT, capture_output=True, timeout=PROBE_SECONDS)
