"""The one thread that sends, to everybody.

The rule: whoever has something to say posts it and goes on. The writer takes all
that was posted meanwhile, and each client gets its part of it with one send().
"""

import socket
import threading
import time

from inbox import Inbox
from late import Late
from mail import sorted_mail
from outlet import LAST, LINES

LOOK = 0.1  # seconds between two looks for clients who take nothing


class Writer:
    """Sends what is posted, in the order in which it was posted."""

    def __init__(self, outbox, file_timeout):
        """Say when a client is dropped.

        outbox: when more bytes of lines wait for it; file_timeout: when bytes of files wait for
        it, and it has taken nothing for so many seconds.
        """
        self.outbox = outbox
        self.file_timeout = file_timeout
        self.inbox = Inbox()
        self.late = Late()
        self.next_look = 0.0
        self.stop_at = None  # the time.monotonic() at which it ends, whatever still waits
        self.thread = threading.Thread(target=self.run)

    def start(self):
        """Begin to send."""
        self.thread.start()

    def post(self, outlets, data, author=None, kind=LINES):
        """Hand over bytes for all these outlets (a tuple) but the author's.

        Only while holding the room's lock: the order of the posts is the room's order.
        """
        self.inbox.put((outlets, data, author, kind))
        self.late.ring()

    def stop(self, seconds):
        """Send what has been posted, for so many seconds at the most, and end."""
        self.stop_at = time.monotonic() + seconds
        self.inbox.closed = True
        self.post((), b"", kind=LAST)  # so that it looks
        self.thread.join()
        self.late.close()

    # -- for the writer's own thread ---------------------------------------------------------

    def run(self):
        """Send until told to stop, and then until all is sent or the time is over.

        It waits in the inbox only while nobody is late, and tells it after each round what it
        has dealt with.
        """
        while not self.is_over():
            somebody_is_late = bool(self.late.outlets)
            if somebody_is_late:
                self.see_to_the_late()
            # Not when somebody was late: a sender may wait for what they have just taken.
            posts = self.inbox.take(wait=not somebody_is_late)
            self.hand_out(posts)
            self.inbox.has_dealt_with(posts)
        for outlet in list(self.late.outlets):
            self.drop(outlet)
        self.inbox.has_dealt_with([])

    def is_over(self):
        """Say whether it is time to end."""
        if self.stop_at is None:
            return False
        nothing_left = self.inbox.is_empty() and not self.late.outlets
        return nothing_left or time.monotonic() > self.stop_at

    def hand_out(self, posts):
        """Give each client its part of these posts."""
        for outlet, pieces in sorted_mail(posts).items():
            if not outlet.is_open:
                continue
            if outlet.is_unwanted:
                self.drop(outlet)
            else:
                self.send(outlet, pieces)

    def see_to_the_late(self):
        """Send to late clients what they take by now. Drop who takes nothing of a file."""
        for outlet in self.late.ready(self.inbox, LOOK):
            self.send(outlet)
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + LOOK
            for outlet in list(self.late.outlets):
                if outlet.takes_no_file(self.file_timeout):
                    self.drop(outlet)

    def send(self, outlet, pieces=()):
        """Send a client what waits for it, and these pieces, as far as it takes them now.

        Who is gone gets nothing more, and who is too far behind is dropped. Behind the last
        bytes our side ends.
        """
        try:
            nothing_waits = outlet.send(pieces) if pieces else outlet.send_waiting()
        except OSError:
            self.late.remove(outlet)
            outlet.end(socket.SHUT_RDWR)
            return
        if nothing_waits:
            self.late.remove(outlet)
            if outlet.is_last:
                outlet.end()
        elif outlet.lines_waiting > self.outbox:
            self.drop(outlet)
        else:
            self.late.add(outlet)

    def drop(self, outlet):
        """Give a client up."""
        self.late.remove(outlet)
        outlet.drop()
