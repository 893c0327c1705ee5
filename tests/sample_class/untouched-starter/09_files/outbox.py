"""Sends what is typed, and files, each in its turn.

The rule: between two chunks a typed line may go out, so nobody waits for a file.
"""

import queue
import threading

from uploads import CannotSend, Upload

END = None  # stands behind the last typed line
SENDFILE = "/sendfile"
CANCELLED = "* transfer "
NOT_BY_HAND = ("/file", "/data", "/end")


class Outbox:
    """Takes typed lines from any thread; a thread of its own sends, once it is started."""

    def __init__(self, connection, screen, leave):
        """leave() is called when all is sent and nothing more will be typed."""
        self.connection = connection
        self.screen = screen
        self.leave = leave
        self.lines = queue.SimpleQueue()
        self.uploads = {}  # ID -> the pieces of a file that are still to be sent
        self.cancelled = queue.SimpleQueue()  # IDs of uploads that the server does not want
        self.files = 0  # begun so far
        self.typing = True  # END has not come

    def put(self, line):
        """Take a typed line, or END."""
        self.lines.put(line)

    def empty(self):
        """Say whether no typed line waits."""
        return self.lines.empty()

    def start(self):
        """Begin to send."""
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        """Send lines and pieces in turns until END has come and every file is through.

        A server that has gone (OSError) ends it in silence.
        """
        raise NotImplementedError("TODO 9.12: the client sends a file")

    def take_line(self):
        """Take the next typed line; wait for it only if there is no file to go on with.

        What a file is made of is not sent by hand; `/cancel ID` ends that upload here too.
        """
        raise NotImplementedError("TODO 9.12: the client sends a file")

    def begin(self, path):
        """Begin to send a file, or say why not."""
        raise NotImplementedError("TODO 9.12: the client sends a file")

    def send_pieces(self):
        """Send the next piece of every file, but of none that the server has cancelled."""
        raise NotImplementedError("TODO 9.12: the client sends a file")

    def heard(self, line):
        """Take note of a notice that the server has cancelled a file. From any thread."""
        if line.startswith(CANCELLED):
            self.cancelled.put(line.removeprefix(CANCELLED).partition(" ")[0])
