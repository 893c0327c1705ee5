"""How long processes stood ready to run while the machine let others run. Only Linux says so."""

import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

NANOSECONDS = 1e-9


def seconds_without_a_turn(pids: Iterable[int]) -> float:
    """Return for how long their threads have waited for a processor so far, summed.

    0 where the system does not tell; what has ended counts no more. Source: sched-stats in the
    Linux kernel's documentation, /proc/PID/schedstat, second number.
    """
    if not sys.platform.startswith("linux"):
        return 0.0
    total = 0
    for pid in pids:
        for file in Path("/proc", str(pid), "task").glob("*/schedstat"):
            with suppress(OSError, ValueError, IndexError):
                total += int(file.read_text().split()[1])
    return total * NANOSECONDS
