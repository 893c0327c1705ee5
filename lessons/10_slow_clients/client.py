"""A chat client with a name: it prints what comes while you type.

One thread waits for the server, one for the keyboard, one sends; the main thread
waits for them all. What is typed goes through the handshake into the outbox.
"""

import argparse
import os
import select
import socket
import sys
import time

from completing import Completion, People
from downloads import Downloads
from handshake import Handshake
from keyboard import Keyboard
from outbox import Outbox
from receiver import Receiver
from screen import Screen
from starting import port_number
from waking import Waking

GOODBYE = "* goodbye"
LAST_SECONDS = 1  # how long a server may take to close after we have said all


class Client:
    """One conversation. Create and run it in the main thread."""

    def __init__(self, connection, screen, name=None, folder="downloads"):
        """name: what to answer when the server asks first; folder: for files that come."""
        self.connection = connection
        self.screen = screen
        self.waking = Waking()
        self.people = People()
        self.leaving = False  # all is said; set once
        self.status = 0  # with which we end after leaving
        self.deadline = None  # the time.monotonic() at which we end after leaving
        self.outbox = Outbox(connection, screen, self.leave)
        self.handshake = Handshake(name, screen, self.send, self.leave, self.outbox)
        self.downloads = Downloads(folder, screen)
        self.receiver = Receiver(connection, self.downloads, self.heard, self.waking.wake)

    def send(self, line):
        """Send one line with its end. Only for the handshake; raises OSError."""
        self.connection.sendall(f"{line}\n".encode())

    def leave(self, status=0):
        """Say that nothing more will be sent. For the handshake and the outbox; raises OSError.

        status: of the program, if the server has not gone before. First self.leaving is set,
        then sending is shut down: a server that closes because of it must not be taken for
        one that has gone. Then the main thread is woken.
        """
        self.status = status
        self.leaving = True
        self.connection.shutdown(socket.SHUT_WR)
        self.waking.wake()

    def run(self):
        """Wait until one side ends; return the exit status.

        0 when told to stop. When we left, what leave() was told: once the server has closed,
        or LAST_SECONDS after the main thread was woken for it. 1, after the line
        `* disconnected`, when the server is gone. No unfinished file is left behind.
        """
        if self.screen.is_terminal:
            Completion(self.people, self.screen).start()
        Keyboard(self.screen, self.handshake.typed, self.handshake.typed_all).start()
        self.receiver.start()
        try:
            while not self.receiver.ended:
                ready, _, _ = select.select([self.waking], [], [], self.time_left())
                if not ready:
                    return self.status
                if self.waking.told_to_stop():
                    return 0
                if self.leaving and self.deadline is None:
                    self.deadline = time.monotonic() + LAST_SECONDS
        finally:
            self.downloads.abandon_all()
        return self.server_closed()

    def heard(self, line):
        """Show one line from the server and take note of it. In the receiver's thread."""
        self.screen.show(line)
        self.people.heard(line)
        self.handshake.heard(line)
        self.outbox.heard(line)

    def time_left(self):
        """Return the seconds until the deadline, at least 0; None if there is none."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def server_closed(self):
        """Return the exit status.

        A server that closed before we left has disconnected us, unless its last line was
        a goodbye.
        """
        if self.receiver.last_line == GOODBYE:
            return 0
        if self.leaving:
            return self.status
        self.screen.show("* disconnected")
        return 1


def client_options():
    """Read --host, --port, --name and --downloads from the command line."""
    parser = argparse.ArgumentParser(description="The chat client of From Echo to Chat.")
    parser.add_argument("--host", default="127.0.0.1", help="the server's address")
    parser.add_argument("--port", type=port_number, default=5555, help="the server's port")
    parser.add_argument("--name", help="the name to say when the server asks for the first time")
    parser.add_argument("--downloads", default="downloads", metavar="DIR", help="for files")
    return parser.parse_args()


def main():
    """Connect and talk; return the exit status."""
    options = client_options()
    try:
        connection = socket.create_connection((options.host, options.port))
    except (OSError, UnicodeError) as error:  # the latter where no host can be called so
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    if sys.stdout is None:  # whoever started us has closed it: nobody looks
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    screen = Screen()
    try:
        return Client(connection, screen, options.name, options.downloads).run()
    finally:
        screen.close()


def end(status):
    """End the program at once, whatever the keyboard's thread waits for.

    sys.exit() would tidy up first, and stumble over the thread that still reads stdin. All
    that was printed is flushed already.
    """
    os._exit(status)


if __name__ == "__main__":
    end(main())
