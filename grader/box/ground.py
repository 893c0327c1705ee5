"""The ground on which boxes stand: the namespaces of a suite's process, a fresh place a task.

The rule: it is entered once, before the process has a second thread, and left with the process.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.box import kernel
from grader.box.inside import NOBODY, OWN_ETC, own_prefix
from grader.box.limits import MIB, MOST_DISK, MOST_FILES

FOR_ALL = "/tmp"


class Ground:
    """Namespaces of one's own (mounts, network; as an ordinary user also a user namespace).

    Raises OSError where the system does not give them.
    """

    def __init__(self) -> None:
        self.is_root = os.geteuid() == 0
        if not self.is_root:
            kernel.keep_own_user()
        kernel.unshare(kernel.NEW_MOUNTS)
        kernel.keep_mounts_to_oneself()
        _sweep()
        self.folder = Path(tempfile.mkdtemp(prefix=f"kit-{os.getpid()}-", dir=_reachable()))
        kernel.mount_memory(self.folder, MIB, 200)
        for name, text in OWN_ETC.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)
        self.shown = self.folder / "shown"  # to programs, who cannot change it
        self.shown.mkdir()
        self.shown.chmod(0o755)
        self.prefix = self._show_python()
        if self.is_root:
            os.umask(0)  # what a suite puts into a task's folder is also the program's

    def _show_python(self) -> Path:
        """Return where the box can find Python: a root's home is closed to nobody."""
        prefix = own_prefix()
        if prefix is None or not self.is_root:
            return prefix or Path("/usr")
        place = self.folder / "python"
        place.mkdir()
        kernel.show_again(prefix, place)
        return place

    @contextmanager
    def task(self) -> Iterator[Path]:
        """Give a task a network of its own, and an empty folder that cannot grow for ever."""
        kernel.fresh_network()
        with self.bounded("task") as place:
            yield place

    @contextmanager
    def bounded(self, name: str) -> Iterator[Path]:
        """Give an empty folder that cannot grow for ever; no box shows it of itself."""
        place = self.folder / name
        place.mkdir()
        kernel.mount_memory(place, MOST_DISK, MOST_FILES)
        try:
            yield place
        finally:
            kernel.unmount(place)
            place.rmdir()

    def give(self, folder: Path) -> None:
        """Make the files of a folder those of whoever runs in the box."""
        if self.is_root:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def close(self) -> None:
        """Take away the folder; the namespaces go with the process."""
        with suppress(OSError):
            kernel.unmount(self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def _reachable() -> str | None:
    """Return a temporary folder that whoever runs in the box can walk to, None for the usual."""
    usual = Path(tempfile.gettempdir()).resolve()
    if os.geteuid() != 0 or all(folder.stat().st_mode & 1 for folder in (usual, *usual.parents)):
        return None
    return FOR_ALL


def _sweep() -> None:
    """Remove the empty folders that a killed grader of root has left."""
    for folder in Path(FOR_ALL).glob("kit-*-*"):
        owner = folder.name.split("-")[1]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            with suppress(OSError):  # somebody else's, or not empty: none of ours
                folder.rmdir()
