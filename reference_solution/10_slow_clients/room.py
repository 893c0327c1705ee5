"""The room: everyone who has a name, and the one order of what is said.

The rule: whoever holds the lock is the only one who posts to the writer. So all
members see what is said in one order. Nobody waits for anybody: only the writer sends.
"""

import socket
import threading

from names import key
from outlet import DROP, LAST, LINES, Outlet

CLOSING = "* the server is closing"


class Member:
    """Somebody with a name, and the outlet to them."""

    def __init__(self, name, outlet):
        self.name = name
        self.outlet = outlet
        self.transfers = {}  # ID -> Transfer: files that it sends; only for its own thread


class Room:
    """All connections, and all members. Every method is safe from any thread."""

    def __init__(self, writer, echo=False):
        """echo: whether those who say something also get it."""
        self.writer = writer
        self.echo = echo
        self.lock = threading.RLock()  # who holds it may take it again: see obey()
        self.outlets = set()  # of all connections; guarded by lock, as all that follows
        self.members = {}  # key of the name -> Member
        self.present = ()  # the outlets of all members; made anew when somebody comes or goes
        self.transfers = {}  # SENDER/ID -> Transfer
        self.closing = False  # nothing more is said

    def open(self, connection):
        """Return the outlet of a new connection."""
        with self.lock:
            outlet = Outlet(connection)
            self.outlets.add(outlet)
            if self.closing:
                outlet.end(socket.SHUT_RDWR)
            return outlet

    def close(self, outlet, seconds):
        """Let all that is due be sent, and then the end, for so many seconds at the most."""
        with self.lock:
            self.writer.post((outlet,), b"", kind=LAST)
        if not outlet.ended.wait(seconds):
            with self.lock:
                self.writer.post((outlet,), b"", kind=DROP)
            outlet.ended.wait()
        with self.lock:
            self.outlets.discard(outlet)

    def close_all(self):
        """Tell everybody that the server is closing, and end all streams behind that."""
        with self.lock:
            everybody = tuple(self.outlets)
            self.writer.post(everybody, f"{CLOSING}\n".encode())
            self.writer.post(everybody, b"", kind=LAST)
            self.closing = True

    def join(self, name, outlet):
        """Make the newcomer a member; return it, or None if somebody has that name already.

        In one locked step the newcomer gets `* welcome, NAME`, and nothing of the room
        before it; the others get `* NAME joined`. Refused, nobody hears anything.
        """
        with self.lock:
            if key(name) in self.members:
                return None
            member = Member(name, outlet)
            self.send(outlet, f"* welcome, {name}")
            self.send_all(f"* {name} joined")
            self.members[key(name)] = member
            self.present = (*self.present, outlet)
            return member

    def leave(self, member):
        """Free the member's name, then tell the others `* NAME left`.

        One who has left already is no error, and nobody is told twice.
        """
        with self.lock:
            if self.members.get(key(member.name)) is member:
                del self.members[key(member.name)]
                self.present = tuple(one.outlet for one in self.members.values())
                for transfer in self.transfers.values():
                    transfer.receivers.discard(member)
                self.send_all(f"* {member.name} left")

    def say(self, member, text):
        """Send `NAME: text` to every other member, once and whole."""
        with self.lock:
            self.send_all(f"{member.name}: {text}", None if self.echo else member.outlet)

    def names(self):
        """Return the names of all members, sorted with letter case ignored."""
        with self.lock:
            return sorted((member.name for member in self.members.values()), key=key)

    def reply(self, member, *lines):
        """Send these lines to one member, all of them together, in the room's one order."""
        self.send(member.outlet, "\n".join(lines))

    def tell(self, member, name, text):
        """Send `FROM (private): TEXT` to the member of that name, then `* told NAME` back.

        The name may be spelt in any letter case. Return False if nobody has it.
        """
        with self.lock:
            receiver = self.members.get(key(name))
            if receiver:
                self.send(receiver.outlet, f"{member.name} (private): {text}")
                self.send(member.outlet, f"* told {receiver.name}")
            return receiver is not None

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
            self.send_all(f"* {old} is now {new}")
            return True

    def send(self, outlet, line):
        """Post one line, or a few, for one client. Nobody waits for it to be sent."""
        self.post((outlet,), f"{line}\n".encode())

    def send_all(self, line, author=None):
        """Post one line for all members but its author."""
        self.post(self.present, f"{line}\n".encode(), author)

    def post(self, outlets, data, author=None, kind=LINES):
        """Post bytes for these outlets, unless all has been said."""
        with self.lock:
            if not self.closing:
                self.writer.post(outlets, data, author, kind)
