"""Makes a Python look like one on Windows to the grader and its suites, and to nobody else.

Python imports this when it starts, where the folder is on PYTHONPATH. The library keeps what it
needs; modules of the grader get an `os`, `signal` and so on that lack what Windows lacks, cannot
import what it has not, and are told that only sockets can be waited for. What this cannot show is
how Windows itself behaves: its files, its consoles, its processes.
"""

import builtins
import os
import selectors
import signal
import socket
import sys
import types

from windows_lacks import ATTRIBUTES, MODULES

really_import = builtins.__import__


class OnlySockets(selectors.SelectSelector):
    """Waits for sockets, as select() on Windows does."""

    def register(self, fileobj, events, data=None):
        """Refuse what is no socket."""
        if not isinstance(fileobj, socket.socket):
            raise OSError(10038, "an operation was attempted on something that is not a socket")
        return super().register(fileobj, events, data)


OTHERS = {  # what differs, or is there in addition
    "os": {"name": "nt"},
    "sys": {"platform": "win32"},
    "signal": {"CTRL_BREAK_EVENT": signal.SIGINT},
    "socket": {},
    "select": {},
    "selectors": {"DefaultSelector": OnlySockets},
    "subprocess": {"CREATE_NEW_PROCESS_GROUP": 0},
}


class StandIn(types.ModuleType):
    """A module as it would be on Windows."""

    def __init__(self, real):
        super().__init__(real.__name__)
        self.__dict__.update(real=real, **OTHERS[real.__name__])

    def __getattr__(self, name):
        if name in ATTRIBUTES.get(self.__name__, ()):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name)
        return getattr(self.__dict__["real"], name)


STAND_INS = {}


def import_as_on_windows(name, globals=None, locals=None, fromlist=(), level=0):
    """Import for anybody; who belongs to the grader gets what there would be on Windows."""
    asking = str((globals or {}).get("__name__", ""))
    if not asking.startswith(("grader", "test_")):
        return really_import(name, globals, locals, fromlist, level)
    if name.partition(".")[0] in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    module = really_import(name, globals, locals, fromlist, level)
    if name == "psutil":
        module.Process.num_handles = module.Process.num_fds
    if name in OTHERS:
        return STAND_INS.setdefault(name, StandIn(module))
    return module


if os.name == "posix" and sys.platform != "cygwin":
    builtins.__import__ = import_as_on_windows
