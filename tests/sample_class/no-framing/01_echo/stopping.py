"""Lets Ctrl-C end a program that is waiting for the network.

The rule: a program that was told to stop ends with status 0 and says nothing more.
This file is given; you never need to change it.
"""

import os
import signal


def stop_on_signals():
    """Make Ctrl-C, a polite kill (SIGTERM) and Ctrl-Break end the program.

    From now on they raise KeyboardInterrupt in the main thread, wherever it is
    waiting; the program catches it once, at the top. On Windows nothing can
    interrupt a thread that waits in accept() or recv(), so there the process
    ends at once. Call it from the main thread.
    """
    if os.name == "nt":
        _end_at_once_on_windows()
        return
    # SIGINT as well: a shell starts background jobs with it switched off.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _end_at_once_on_windows():
    import ctypes

    global _windows_handler  # kept: Windows holds no reference of its own
    handler_type = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)
    _windows_handler = handler_type(lambda event: os._exit(0))
    ctypes.windll.kernel32.SetConsoleCtrlHandler(_windows_handler, True)
