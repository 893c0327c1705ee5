"""The room: everyone who is connected, and the one order of what is said.

The rule: whoever holds the lock is the only one who sends. So lines are never
mixed, and all members see them in the order in which the room took them. The
price is named, not hidden: a member that does not read makes all others wait.
Lesson 10 removes that flaw.
"""

import threading

WELCOME = b"* welcome\n"


class Room:
    """The connections of all members. Every method is safe from any thread."""

    def __init__(self):
        self.lock = threading.Lock()
        self.members = set()  # connections; guarded by lock

    def join(self, connection):
        """Greet the newcomer with `* welcome` and make it a member, in one locked step.

        Nothing of the room comes before the greeting, and every later line
        reaches the newcomer.
        """
        with self.lock:
            send(connection, WELCOME)
            self.members.add(connection)

    def leave(self, connection):
        """Forget a member. One who has left already is no error."""
        with self.lock:
            self.members.discard(connection)

    def say(self, sender, line):
        """Send the line of text, with its end, to every member but the sender, once and whole."""
        data = f"{line}\n".encode()
        with self.lock:
            for member in self.members:
                if member is not sender:
                    send(member, data)


def send(connection, data):
    """Send all of data to one member. One that has gone is no error of anybody else's."""
    try:
        connection.sendall(data)
    except OSError:
        pass  # its own thread will see the end of its stream and remove it
