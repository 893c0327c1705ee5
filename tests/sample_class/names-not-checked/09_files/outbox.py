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
        try:
            while self.typing or self.uploads:
                self.take_line()
                self.send_pieces()
            self.leave()
        except OSError:
            pass  # the server has gone; the main thread will say so

    def take_line(self):
        """Take the next typed line; wait for it only if there is no file to go on with.

        What a file is made of is not sent by hand; `/cancel ID` ends that upload here too.
        """
        try:
            line = self.lines.get(block=self.typing and not self.uploads)
        except queue.Empty:
            return
        word, _, rest = (line or "").partition(" ")
        if line is END:
            self.typing = False
        elif word == SENDFILE:
            self.begin(rest)
        elif word in NOT_BY_HAND:
            self.screen.show(f"* files are sent with {SENDFILE} PATH")
        else:
            if word == "/cancel":
                self.uploads.pop(rest, None)
            self.connection.sendall(f"{line}\n".encode())

    def begin(self, path):
        """Begin to send a file, or say why not."""
        try:
            if not path:
                raise CannotSend(f"usage: {SENDFILE} PATH")
            upload = Upload(str(self.files + 1), path, self.screen)
        except CannotSend as error:
            self.screen.show(f"* cannot send {path}: {error}" if path else f"* {error}")
            return
        self.files += 1
        self.uploads[upload.number] = upload.pieces()
        self.screen.show(f"* sending {upload.name} as {upload.number}")

    def send_pieces(self):
        """Send the next piece of every file, but of none that the server has cancelled."""
        while not self.cancelled.empty():
            self.uploads.pop(self.cancelled.get(), None)
        for number, pieces in list(self.uploads.items()):
            piece = next(pieces, None)
            if piece is None:
                del self.uploads[number]
            else:
                self.connection.sendall(piece)

    def heard(self, line):
        """Take note of a notice that the server has cancelled a file. From any thread."""
        if line.startswith(CANCELLED):
            self.cancelled.put(line.removeprefix(CANCELLED).partition(" ")[0])
