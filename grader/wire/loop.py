"""Waits for whatever comes next: bytes for any peer, news of the program, or the time limit.

The rule: there is one place that waits, and it always says what it waits for. So bytes are
recorded when they arrive, not when somebody looks, and no peer's silence hides another's news.
"""

import selectors
import socket
import time
from collections.abc import Callable

from grader.wire.patience import Deadline

Watched = socket.socket | int  # or the descriptor of a pipe


class Loop:
    """Watches sockets for the thread that runs the task; wake() is safe from any thread."""

    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.receiver, self.waker = socket.socketpair()
        self.receiver.setblocking(False)
        self.waker.setblocking(False)
        self.selector.register(self.receiver, selectors.EVENT_READ, self._woken)

    def wake(self) -> None:
        """Make a look that is going on end at once."""
        try:
            self.waker.send(b"!")
        except OSError:
            pass  # full: the look ends anyway; closed: nobody is looking

    def _woken(self) -> None:
        try:
            self.receiver.recv(4096)
        except BlockingIOError:
            pass  # somebody was faster: the bytes have done their work

    def watch(self, sock: Watched, on_ready: Callable[[], None], events: int) -> None:
        """Call on_ready whenever the socket is ready for `events` (selectors.EVENT_...)."""
        known = self.selector.get_map().get(sock)
        if known is not None:
            if known.events != events or known.data != on_ready:
                self.selector.modify(sock, events, on_ready)
        else:
            self.selector.register(sock, events, on_ready)

    def forget(self, sock: Watched) -> None:
        """Stop watching the socket. One that is not watched is no error."""
        number = sock if isinstance(sock, int) else sock.fileno()
        if number >= 0 and sock in self.selector.get_map():
            self.selector.unregister(sock)

    def look(self, seconds: float) -> bool:
        """Wait for at most this long, and handle what has come. Return whether anything had."""
        ready = self.selector.select(seconds)
        for key, _ in ready:
            key.data()
        return bool(ready)

    def wait_until(
        self,
        condition: Callable[[], bool],
        deadline: Deadline,
        hopeless: Callable[[], bool] = lambda: False,
    ) -> bool:
        """Wait until the condition holds; return whether it does.

        Ends early when it has become hopeless: what had come by then is still looked at.
        """
        while not condition():
            if hopeless():
                while self.look(0) and not condition():
                    pass
                return condition()
            if deadline.over:
                return False
            asked = deadline.next_look()
            before = time.monotonic()
            self.look(asked)
            deadline.looked(asked, time.monotonic() - before)
        return True

    def close(self) -> None:
        """Give the descriptors back."""
        self.selector.close()
        self.receiver.close()
        self.waker.close()
