"""A chat client with a name: it prints what comes while you type.

The main thread waits for the server, a second one for the keyboard. What is
typed goes through the handshake, which sends it once the server has welcomed us.
"""

import argparse
import os
import select
import socket
import sys
import time

from framing import MAX_LINE, LineSplitter, LineTooLong
from handshake import Handshake
from keyboard import Keyboard
from screen import Screen
from starting import port_number
from waking import Waking

GOODBYE = "* goodbye"
MOST_OF_A_LINE = 4 * MAX_LINE  # bytes; a server may put something in front of a line
BUFFER_SIZE = 65536
LAST_SECONDS = 1  # how long a server may take to close after we have said all


class Client:
    """One conversation. Create and run it in the main thread."""

    def __init__(self, connection, screen, name=None):
        """name: what to answer when the server asks for the first time."""
        self.connection = connection
        self.screen = screen
        self.waking = Waking()
        self.splitter = LineSplitter(MOST_OF_A_LINE)
        self.leaving = False  # all is said; set once
        self.deadline = None  # the time.monotonic() at which we end after leaving
        self.said_goodbye = False  # by the server, which closes now
        self.handshake = Handshake(name, screen, self.send, self.leave)

    def send(self, line):
        """Send one line with its end. Only for the handshake; raises OSError."""
        self.connection.sendall(f"{line}\n".encode())

    def leave(self):
        """Say that nothing more will be sent. Only for the handshake; raises OSError.

        First self.leaving is set, then sending is shut down: a server that closes because of
        it must not be taken for one that has gone. Then the main thread is woken. Who has
        left already does not leave again, and wins no time by it.
        """
        if self.leaving:
            return
        self.leaving = True
        self.connection.shutdown(socket.SHUT_WR)
        self.waking.wake()

    def run(self):
        """Print what the server says until one side ends; return the exit status.

        0 when told to stop, and when we left: once the server has closed, or LAST_SECONDS
        after the main thread was woken for it. 1, after the line `* disconnected`, when the
        server is gone.
        """
        Keyboard(self.screen, self.handshake.typed, self.handshake.typed_all).start()
        while True:
            ready, _, _ = select.select([self.connection, self.waking], [], [], self.time_left())
            if not ready or self.time_left() == 0:
                return 0
            if self.waking in ready:
                if self.waking.told_to_stop():
                    return 0
                self.deadline = time.monotonic() + LAST_SECONDS
            if self.connection in ready and not self.receive():
                return self.server_closed()

    def time_left(self):
        """Return the seconds until the deadline, at least 0; None if there is none."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def receive(self):
        """Take what has come, show and note each whole line; return whether more can come.

        Nothing more comes when the stream has ended or broken (OSError), and after a line
        that no server of this course sends (LineTooLong).
        """
        try:
            data = self.connection.recv(BUFFER_SIZE)
            for line in self.splitter.feed(data):
                self.screen.show(line)
                self.handshake.heard(line)
                self.said_goodbye = line == GOODBYE
        except (OSError, LineTooLong):
            return False
        return bool(data)

    def server_closed(self):
        """Return the exit status.

        A server that closed before we left has disconnected us, unless its last line was
        a goodbye.
        """
        if self.leaving or self.said_goodbye:
            return 0
        self.screen.show("* disconnected")
        return 1


def client_options():
    """Read --host, --port and --name from the command line."""
    parser = argparse.ArgumentParser(description="The chat client of From Echo to Chat.")
    parser.add_argument("--host", default="127.0.0.1", help="the server's address")
    parser.add_argument("--port", type=port_number, default=5555, help="the server's port")
    parser.add_argument("--name", help="the name to say when the server asks for the first time")
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
    screen = Screen()
    try:
        return Client(connection, screen, options.name).run()
    finally:
        screen.close()


def end(status):
    """End the program at once, whatever the keyboard's thread waits for.

    sys.exit() would tidy up first, and may stumble over the thread that still reads stdin.
    All that was printed is flushed already.
    """
    os._exit(status)


if __name__ == "__main__":
    end(main())
