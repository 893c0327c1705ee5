"""Gives a Python program a bad day: what may happen to it on any machine happens now.

Two mistakes are nearly never seen on a quiet one. On a blocking socket send() takes all of it, so
who ignores its result (send() for sendall()) goes unnoticed until the network is bad. And threads
nearly never change turns between two lines that belong together, so a missing lock goes unnoticed
until the room is full. A task asks for either: `start_server(short_sends=True, restless=True)`. No
contract changes by it: a right program looks at the result, or leaves that to sendall(); and it
holds a lock, or has one thread only, or a queue between them.

Python itself is asked for it, by `sitecustomize`, a module that it imports when it starts: so the
command stays `python server.py ...`, with the same `__main__`, sys.argv and sys.path[0], and
multiprocessing starts its children as ever. Other languages do not notice; who wants to get
around it can, and has written more than the right thing would have been.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Hardship:
    """What a Python program is asked to bear.

    file: what it imports, beside this one; says: what is different, for who reads a failure;
    word: one that stands in the text of each mistake that it brings to light; costs: seconds by
    which an answer may come later, once.
    """

    file: str
    says: str
    word: str
    costs: float = 0.0


SHORT_SENDS = Hardship(
    "short_sends.py",
    "short sends: here send() of a Python program takes 1000 bytes at most. Who calls sendall(),"
    " or looks at what send() returns, notices nothing.",
    "send()",
)
RESTLESS_THREADS = Hardship(
    "restless_threads.py",
    "restless threads: here those of a Python program take turns at every line. Who holds a lock"
    " over what belongs together notices nothing.",
    "lock",
    costs=3.5,  # longer than they stay restless
)
HARDSHIPS = (SHORT_SENDS, RESTLESS_THREADS)


def hardships(place: Path, *asked: Hardship) -> dict[str, str]:
    """Return an environment with these effects. place: a folder that programs can read.

    What was put there before is taken as it is: it is never written to again, since a program
    may have left a link in its place.
    """
    if not asked:
        return {}
    names = [one.file for one in asked]
    folder = place / "_".join(Path(name).stem for name in names)
    parts = [(HERE / name).read_text(encoding="utf-8") for name in names]
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o755)
        custom = folder / "sitecustomize.py"
        custom.write_text("\n".join(parts), encoding="utf-8")
        custom.chmod(0o644)
    return {"PYTHONPATH": str(folder)}
