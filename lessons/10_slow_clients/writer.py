"""The one thread that sends, to everybody.

The rule: whoever has something to say puts it into the inbox and goes on. The
writer takes all that has come there meanwhile, and each client gets its part of
it with one send().
"""

import queue
import selectors
import socket
import threading
import time
from collections import defaultdict
from itertools import groupby

from outlet import LAST, LINES

MOST_AT_ONCE = 4096  # posts that are gathered before they are sent
INBOX = 1024 * 1024  # bytes in the inbox at which readers wait
FILES = 8 * 65536  # bytes of files that wait for one client at which their sender waits
LOOK = 0.1  # seconds between two looks at clients who may take nothing


class Writer:
    """Sends what is posted, in the order in which it was posted."""

    def __init__(self, outbox, file_timeout):
        """Say when a client is dropped.

        outbox: more bytes of lines wait for it; file_timeout: bytes of files wait for it, and
        for so many seconds it has taken nothing.
        """
        self.outbox = outbox
        self.file_timeout = file_timeout
        self.inbox = queue.SimpleQueue()
        self.posted = 0  # bytes so far; guarded by the room's lock
        self.taken = 0  # bytes so far that left the inbox; only the writer counts
        self.progress = threading.Condition()  # notified when somebody may go on
        self.late = set()  # outlets for which something waits
        self.selector = selectors.DefaultSelector()  # watches the late, and the bell
        self.bell, self.button = socket.socketpair()
        self.bell.setblocking(False)
        self.button.setblocking(False)
        self.selector.register(self.bell, selectors.EVENT_READ)
        self.watching = False  # the writer watches the late, and must be rung for
        self.next_look = 0.0
        self.stop_at = None  # the time.monotonic() at which it ends, whatever still waits
        self.thread = threading.Thread(target=self.run)

    # -- for all threads -------------------------------------------------------------------

    def start(self):
        """Begin to send."""
        self.thread.start()

    def post(self, outlets, data, author=None, kind=LINES):
        """Hand over bytes for all these outlets (a tuple) but the author's.

        Only while holding the room's lock: the order of the posts is the room's order.
        """
        self.posted += len(data)
        self.inbox.put((outlets, data, author, kind))
        if self.watching:
            self.ring()

    def ring(self):
        """Wake the writer while it watches the late."""
        try:
            self.button.send(b"\0")
        except BlockingIOError:
            pass  # it has been rung often enough

    def wait_for_space(self, outlets=()):
        """Wait until the inbox has space, and not too much of a file waits for these outlets.

        Never while holding the room's lock: others go on.
        """
        if not self.has_space(outlets):
            with self.progress:
                self.progress.wait_for(lambda: self.has_space(outlets))

    def has_space(self, outlets):
        """Say whether nobody has to wait. Nobody has any more when the writer is to stop."""
        raise NotImplementedError("TODO 10.1: the room of lesson 09 is still there")

    def stop(self, seconds):
        """Send what has been posted, for so many seconds at the most, and end."""
        self.stop_at = time.monotonic() + seconds
        self.inbox.put(((), b"", None, LAST))  # so that it looks
        self.ring()
        self.thread.join()
        self.bell.close()
        self.button.close()

    # -- for the writer's own thread --------------------------------------------------------

    def run(self):
        """Send until told to stop, and then until all is sent or the time is over."""
        while not self.is_over():
            posts = self.gather()
            self.hand_out(posts)
            self.taken += sum(len(data) for _, data, _, _ in posts)
            self.tell_those_who_wait()
        for outlet in list(self.late):
            self.drop(outlet)
        self.tell_those_who_wait()
        self.selector.close()

    def is_over(self):
        """Say whether it is time to end."""
        if self.stop_at is None:
            return False
        return time.monotonic() > self.stop_at or (self.inbox.empty() and not self.late)

    def gather(self):
        """Wait for something to do; return all posts that are in the inbox by then."""
        raise NotImplementedError("TODO 10.1: the room of lesson 09 is still there")

    def hand_out(self, posts):
        """Give each client its part of these posts, and send it."""
        raise NotImplementedError("TODO 10.1: the room of lesson 09 is still there")

    def send(self, outlet):
        """Send what the client takes now. A client for which too much is left is dropped."""
        raise NotImplementedError("TODO 10.1: the room of lesson 09 is still there")

    def watch_the_late(self):
        """Send to late clients what they take, and wait for them if there is no post.

        First it is said that we watch, then the inbox is looked at: who posts after that rings.
        """
        raise NotImplementedError("TODO 10.2: nobody waits for who does not read")

    def remember(self, outlet):
        """Watch a client until it has taken all."""
        if outlet not in self.late:
            self.late.add(outlet)
            self.selector.register(outlet.connection, selectors.EVENT_WRITE, outlet)

    def forget(self, outlet):
        """Watch a client no more."""
        if outlet in self.late:
            self.late.remove(outlet)
            self.selector.unregister(outlet.connection)

    def drop(self, outlet):
        """Give a client up."""
        self.forget(outlet)
        outlet.drop()

    def tell_those_who_wait(self):
        """Let readers look whether there is space by now."""
        with self.progress:
            self.progress.notify_all()


def sort(posts, mail):
    """Add what is to go out to mail. These posts are of one kind, and for the same outlets.

    Most clients get the same bytes, so they are joined once; only who wrote some of them
    gets the others joined.
    """
    outlets, first, _, kind = posts[0]
    whole = b"".join([data for _, data, _, _ in posts]) if len(posts) > 1 else first
    own = places(posts)
    for outlet in outlets:
        if outlet not in own:
            mail[outlet].append((whole, kind))
        elif others := without(whole, own[outlet]):
            mail[outlet].append((others, kind))


def places(posts):
    """Return where in the joined bytes the posts of each author begin and end."""
    own = defaultdict(list)
    end = 0
    for _, data, author, _ in posts:
        begin, end = end, end + len(data)
        if author is not None:
            own[author].append((begin, end))
    return own


def without(whole, gaps):
    """Return the bytes without those between the two places of each gap."""
    kept, at = [], 0
    for begin, end in gaps:
        kept.append(whole[at:begin])
        at = end
    return b"".join([*kept, whole[at:]])
