"""Tries a level in a process of its own: `python -m grader.box probe|attack LEVEL`.

probe: exit status 0 if a program runs in the real box. attack: prints what an attacker in the
box managed to do, a line each, and at last `done`.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
from pathlib import Path

from grader.box import attacker
from grader.box.box import Box
from grader.box.inside import interpreter

HELLO = "import os; open('proof', 'w').write('x'); print('hello from', os.getcwd())"


def probe(level: str) -> int:
    """Run a Python in the real box, which writes a file and says hello; 0 if it did."""
    box = Box(level)
    with box.task() as folder:
        box.give(folder)
        said, status = run(box, folder, [interpreter(), "-I", "-S", "-c", HELLO])
        good = status == 0 and said.startswith("hello") and (folder / "proof").exists()
    box.close()
    return 0 if good else 1


def attack(level: str) -> int:
    """Run the attacker in the real box, and print what it got."""
    # Made before the box: what it has of its own is no target.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        box = Box(level)
        with box.task() as folder:
            shutil.copy(Path(attacker.__file__), folder / "attacker.py")
            box.give(folder)
            targets = [str(Path(__file__)), str(port), str(os.getpid())]
            said, _ = run(box, folder, [interpreter(), "attacker.py", *targets])
        box.close()
    print(said, end="")
    return 0


def run(box: Box, folder: Path, words: list[str]) -> tuple[str, int | None]:
    """Run a command in the box to its end; return what it printed, and its status."""
    family = box.start(words, folder, box.environment())
    assert family.stdout
    said = family.stdout.read().decode("utf-8", "replace")
    while not family.has_ended():
        pass  # each look waits
    family.kill()
    family.close()
    return said, family.status


def main(action: str, level: str) -> int:
    """Do it; one line on stderr when the system does not offer the level."""
    try:
        return {"probe": probe, "attack": attack}[action](level)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
