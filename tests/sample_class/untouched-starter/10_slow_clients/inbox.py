"""What is to be sent, on its way from all readers to the one writer.

The rule: putting something in never waits. Readers wait before they receive more,
while too much is in here or on its way.
"""

import queue
import threading

FULL = 1024 * 1024  # bytes in here at which readers wait
FILES = 8 * 65536  # bytes of files that wait for one client at which their sender waits
MOST_AT_ONCE = 4096  # posts that are taken out together


class Inbox:
    """A queue of posts: (outlets in a tuple, bytes, their author or None, their kind)."""

    def __init__(self):
        self.queue = queue.SimpleQueue()
        self.put_in = 0  # bytes so far; guarded by the room's lock
        self.done = 0  # bytes so far that the writer has dealt with; only for the writer
        self.progress = threading.Condition()  # notified when the writer has dealt with some
        self.closed = False  # nobody has to wait any more; set once

    def put(self, post):
        """Put a post in. Only while holding the room's lock: its order is the room's order."""
        self.put_in += len(post[1])
        self.queue.put(post)

    def take(self, wait):
        """Return all posts that are in here. Only for the writer; wait: for the first one."""
        posts = [self.queue.get()] if wait else []
        try:
            while len(posts) < MOST_AT_ONCE:
                posts.append(self.queue.get_nowait())
        except queue.Empty:
            pass
        return posts

    def is_empty(self):
        """Say whether nothing is in here."""
        return self.queue.empty()

    def has_dealt_with(self, posts):
        """Take note of what the writer has done; those who wait look whether there is space."""
        self.done += sum(len(data) for _, data, _, _ in posts)
        with self.progress:
            self.progress.notify_all()

    def wait_for_space(self, outlets=(), sender=None):
        """Wait until there is space, and not too much of files waits for any of these outlets.

        Never while holding the room's lock: the others go on. sender: the outlet of who sends
        the file; once that is dropped nobody has to wait.
        """
        if not self.has_space(outlets):
            with self.progress:
                self.progress.wait_for(
                    lambda: self.has_space(outlets) or (sender and sender.dropped)
                )

    def has_space(self, outlets):
        """Say whether nobody has to wait."""
        return self.closed or (
            self.put_in - self.done < FULL
            and all(outlet.files_waiting < FILES for outlet in outlets)
        )
