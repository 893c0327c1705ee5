"""Lets a Python program's socket.send() take little at a time, as it may on any day.

On a blocking socket send() nearly always takes all of it, so who ignores its result (send() for
sendall()) is not seen until the network is bad. A task that sends something large asks for this:
`start_server(short_sends=True)`. No contract changes by it: a right program looks at the result,
or leaves that to sendall(), asyncio or a file object.

Python itself is asked for it, by `usercustomize`, a module that it imports when it starts: so the
command stays `python server.py ...`, with the same `__main__`, sys.argv and sys.path[0], and
multiprocessing starts its children as ever. Other languages do not notice; who wants to get
around it can, and has written more than sendall() would have been.
"""

from __future__ import annotations

import shutil
from pathlib import Path

CUSTOM = Path(__file__).with_name("usercustomize.py")


def little_at_a_time(place: Path) -> dict[str, str]:
    """Return an environment with that effect. place: a folder of the task, open to its programs."""
    folder = place / __name__.rpartition(".")[2]
    folder.mkdir(exist_ok=True)
    shutil.copy(CUSTOM, folder)
    folder.chmod(0o755)
    (folder / CUSTOM.name).chmod(0o644)
    return {"PYTHONPATH": str(folder)}
