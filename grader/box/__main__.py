"""Tries a level in a process of its own: `python -m grader.box probe LEVEL`. For levels.py."""

import sys

from grader.box.box import Box
from grader.box.walls import interpreter

HELLO = "import os; open('proof', 'w').write('x'); print('hello from', os.getcwd())"


def probe(level: str) -> int:
    """Run a Python in the real box, which writes a file and says hello; 0 if it did."""
    try:
        box = Box(level)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    with box.task() as folder:
        box.give(folder)
        words = [interpreter(), "-I", "-S", "-c", HELLO]
        family = box.start(words, folder, box.environment())
        said = family.stdout.read() if family.stdout else b""
        while not family.has_ended():
            pass
        good = family.status == 0 and said.startswith(b"hello") and (folder / "proof").exists()
        family.kill()
        family.close()
    box.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(probe(sys.argv[2]))
