"""Wakes the main thread when there is news that no socket brings.

select() waits for sockets. Signals and other threads are heard as well if they
write a byte into a pair of sockets, of which select() watches one end.
"""

import signal
import socket

STOP_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
]
NEWS = b"\0"  # any byte that is no signal's number


class Waking:
    """The end of the pair that select() watches. Create it in the main thread.

    From then on Ctrl-C and SIGTERM wake the main thread and do nothing else.
    """

    def __init__(self):
        self.ear, self.mouth = socket.socketpair()
        self.ear.setblocking(False)
        self.mouth.setblocking(False)
        signal.set_wakeup_fd(self.mouth.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, lambda number, frame: None)

    def fileno(self):
        """Return the descriptor for select()."""
        return self.ear.fileno()

    def wake(self):
        """Wake the main thread. Safe from any thread."""
        try:
            self.mouth.send(NEWS)
        except BlockingIOError:
            pass  # it has been woken often enough

    def told_to_stop(self):
        """Take the news; return whether a stop signal was among it."""
        return any(byte in STOP_SIGNALS for byte in self.ear.recv(4096))
