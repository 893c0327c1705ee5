"""The room: everyone who has a name, and the one order of what is said.

The rule: whoever holds the lock is the only one who sends to members. So lines
are never mixed, all members see them in one order, and of two who claim the
same name at the same moment exactly one gets it.
"""

import threading

from names import key


class Member:
    """Somebody with a name, and the connection to them."""

    def __init__(self, name, connection):
        self.name = name
        self.connection = connection
        self.transfers = {}  # ID -> Transfer: files that it sends; only for its own thread


class Room:
    """All members. Every method is safe from any thread."""

    def __init__(self):
        self.lock = threading.RLock()  # who holds it may take it again: see obey()
        self.members = {}  # key of the name -> Member; guarded by lock
        self.transfers = {}  # SENDER/ID -> Transfer; guarded by lock

    def join(self, name, connection):
        """Make the newcomer a member; return it, or None if somebody has that name already.

        In one locked step the newcomer gets `* welcome, NAME`, and nothing of the room
        before it; the others get `* NAME joined`. Refused, nobody hears anything.
        """
        with self.lock:
            if key(name) in self.members:
                return None
            member = Member(name, connection)
            send(connection, f"* welcome, {name}")
            self.tell_others(member, f"* {name} joined")
            self.members[key(name)] = member
            return member

    def leave(self, member):
        """Free the member's name, then tell the others `* NAME left`.

        One who has left already is no error, and nobody is told twice.
        """
        with self.lock:
            if self.members.get(key(member.name)) is member:
                del self.members[key(member.name)]
                for transfer in self.transfers.values():
                    transfer.receivers.discard(member)
                self.tell_others(member, f"* {member.name} left")

    def say(self, member, text):
        """Send `NAME: text` to every other member, once and whole."""
        with self.lock:
            self.tell_others(member, f"{member.name}: {text}")

    def names(self):
        """Return the names of all members, sorted with letter case ignored."""
        with self.lock:
            return sorted((member.name for member in self.members.values()), key=key)

    def reply(self, member, *lines):
        """Send these lines to one member, all of them together, in the room's one order."""
        with self.lock:
            send(member.connection, "\n".join(lines))

    def tell(self, member, name, text):
        """Send `FROM (private): TEXT` to the member of that name, then `* told NAME` back.

        The name may be spelt in any letter case. Return False if nobody has it.
        """
        with self.lock:
            receiver = self.members.get(key(name))
            if receiver is None:
                return False
            send(receiver.connection, f"{member.name} (private): {text}")
            send(member.connection, f"* told {receiver.name}")
            return True

    def rename(self, member, new):
        """Give the member a new name and tell everyone `* OLD is now NEW`, itself included.

        One's own name may be taken again, in any letter case. Return False, and change
        nothing, if somebody else has it.
        """
        with self.lock:
            if self.members.get(key(new), member) is not member:
                return False
            old = member.name
            del self.members[key(old)]
            member.name = new
            self.members[key(new)] = member
            for everyone in self.members.values():
                send(everyone.connection, f"* {old} is now {new}")
            return True

    def tell_others(self, member, line):
        """Send the line to everybody but this member. The lock must be held."""
        for other in self.members.values():
            if other is not member:
                send(other.connection, line)


def send(connection, line):
    """Send the line, with its end, on one connection. One that has gone is no error."""
    send_bytes(connection, f"{line}\n".encode())


def send_bytes(connection, data):
    """Send all of data on one connection. One that has gone is no error.

    Its own thread will see the end of its stream and make the member leave.
    """
    try:
        connection.sendall(data)
    except OSError:
        pass
