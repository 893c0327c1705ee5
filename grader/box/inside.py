"""What a program in a box finds there instead of the machine's own: a user, a Python, an /etc."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

NOBODY = 60001  # a user id that nobody on the machine has, for when root grades
OWN_ETC = {
    "hosts": "127.0.0.1 localhost box\n::1 localhost ip6-localhost\n",
    "passwd": "student:x:1000:1000::/tmp:/bin/sh\n",
    "group": "student:x:1000:\n",
    "nsswitch.conf": "hosts: files\n",
}


def interpreter() -> str:
    """Return the Python for submissions: the one from which the kit's environment was made."""
    return os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)


def bare_interpreter(place: Path) -> str:
    """Return that Python with the standard library alone, whatever is installed beside it.

    The contract allows no more; and what hooks into each start (a .pth file of some package) can
    make it take four times as long. It is a virtual environment of two files, in `place`, a
    folder that programs can read. What was put there before is taken as it is: it is never
    written to again, since a program may have left a link in its place.
    """
    real = Path(interpreter())
    if os.name != "posix":  # a program of Windows' environments starts another one
        return str(real)
    folder = place / "python"
    bare = folder / "bin" / real.name
    with suppress(FileExistsError):
        folder.mkdir()
        bare.parent.mkdir()
        settings = folder / "pyvenv.cfg"
        settings.write_text(f"home = {real.parent}\ninclude-system-site-packages = false\n")
        for path, mode in ((folder, 0o755), (bare.parent, 0o755), (settings, 0o644)):
            path.chmod(mode)
        bare.symlink_to(real)
    return str(bare)


def own_prefix() -> Path | None:
    """Return where that Python is installed, if the box would not show it anyway."""
    prefix = Path(sys.base_prefix).resolve()
    return None if prefix == Path("/usr") or Path("/usr") in prefix.parents else prefix
