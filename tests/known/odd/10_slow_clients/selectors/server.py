"""The finished chat with one thread: a selector waits, and each client's visit is a generator.

The rule: nothing waits but select(). The room is the kit's own; what it posts is queued here.
"""

import errno
import selectors
import signal
import socket
import struct
import sys
import time
from collections import deque

from commands import Goodbye, obey
from file_commands import BadFrame, take_chunk
from framing import MAX_LINE, LineTooLong, text, without_end
from names import NO_NAME, TAKEN, is_name
from outlet import FILE, LAST, LINES
from room import Room
from starting import allow_connections, open_listener, server_options
from transfers import ID, MAX_CHUNK, cancel_all

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
QUESTION = "* what is your name?"
NOTICES = {Goodbye: "* goodbye", LineTooLong: "* line too long", BadFrame: "* bad frame"}
FEW = 5 * MAX_CHUNK  # bytes of files that may wait for one client
LINE, HELD = "line", "held"  # what a visit waits for, if it is no number of bytes
TALKING, LEAVING, HANGING_UP, LINGERING = range(4)
NO_LINGER = struct.pack("ii", 1, 0)
NEVER = float("inf")


class Posts:
    """Takes the place of the kit's writer and its inbox."""

    def __init__(self):
        self.inbox = self

    def wait_for_space(self, outlets=(), sender=None):
        """There is some: see is_crowded()."""

    def post(self, outlets, data, author=None, kind=LINES):
        """Queue bytes for all of these but the author."""
        for guest in outlets:
            if guest is not author:
                guest.put(data, kind)


class Payload(bytes):
    """The bytes of a chunk, which are all here."""

    def exactly(self, size):
        """Return them."""
        return self


class Guest:
    """One connection: what has come from it, what is to be sent to it, and its visit."""

    def __init__(self, connection, options):
        self.connection = connection
        self.outbox = options.outbox
        self.came = bytearray()
        self.seen = 0  # bytes of it that have no line's end
        self.ended = False  # no more will come
        self.queue = deque()  # [kind, bytes]
        self.waiting = {LINES: 0, FILE: 0}
        self.since = 0.0  # when it took something, or files began to wait
        self.state = TALKING
        self.doomed = False
        self.turned_away = False
        self.deadline = time.monotonic() + options.name_timeout
        self.visit = None
        self.wanted = LINE

    def put(self, data, kind=LINES):
        """Queue bytes, and send what can be sent now."""
        if kind == LAST:
            self.state, self.deadline = LEAVING, time.monotonic() + 1
        if self.doomed or self.state != TALKING or not data:
            return
        if kind == FILE and not self.waiting[FILE]:
            self.since = time.monotonic()
        self.waiting[kind] += len(data)
        self.queue.append([kind, memoryview(data)])
        if len(self.queue) == 1:
            self.flush()
        self.doomed |= self.waiting[LINES] > self.outbox

    def flush(self):
        """Send what can be sent now."""
        try:
            while self.queue:
                kind, data = self.queue[0]
                sent = self.connection.send(data)
                self.since = time.monotonic()
                self.waiting[kind] -= sent
                self.queue[0][1] = data[sent:]
                if sent == len(data):
                    self.queue.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self.doomed = True

    def receive(self, size):
        """Take what has come."""
        try:
            data = self.connection.recv(size)
        except BlockingIOError:
            return
        except OSError:
            self.doomed = True
            return
        self.ended |= not data
        if self.state == TALKING:
            self.came += data
            self.go_on()

    def receives_all(self, size):
        """Throw away what has come, lest the end be a reset."""
        try:
            for _ in range(100):
                if not self.connection.recv(size):
                    return
        except OSError:
            pass  # that was all

    def next_piece(self):
        """Return what the visit waits for; None if it is not here. Raises LineTooLong."""
        if self.wanted == HELD:
            return b""
        if self.wanted != LINE:
            if len(self.came) < self.wanted:
                return None
            return self.take(self.wanted)
        end = self.came.find(b"\n", self.seen)
        if end < 0 and len(self.came) <= MAX_LINE:
            self.seen = len(self.came)
            return None
        line = without_end(bytes(self.came[: end if end >= 0 else MAX_LINE + 2]))
        if len(line) > MAX_LINE:
            raise LineTooLong
        if end < 0:
            return None
        self.take(end + 1)
        self.seen = 0
        return text(line)

    def take(self, size):
        """Return the first bytes that have come, and forget them."""
        taken = bytes(self.came[:size])
        del self.came[:size]
        return taken

    def go_on(self):
        """Let the visit go on as far as what has come allows."""
        try:
            while self.state == TALKING and not self.doomed:
                try:
                    piece = self.next_piece()
                except LineTooLong as reason:
                    self.visit.throw(reason)
                if piece is None:
                    break
                self.wanted = self.visit.send(piece)
                if self.wanted == HELD:
                    return
        except StopIteration:
            self.hang_up(HANGING_UP)
        if self.ended and self.state == TALKING:
            self.hang_up(LEAVING)

    def hang_up(self, state):
        """End the visit; what is due is sent before the end."""
        if self.visit:
            self.visit.close()
        self.came.clear()
        self.state = state
        self.deadline = time.monotonic() + 30

    def look(self, file_timeout):
        """See whether its time is over; return whether it can be forgotten."""
        if self.wanted == HELD and not self.doomed:
            self.go_on()
        now = time.monotonic()
        late = self.state != TALKING and now > self.deadline
        if self.waiting[FILE] and now - self.since > file_timeout:
            late = True
        if self.doomed or late:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            return True
        if self.state == TALKING and now > self.deadline:
            self.hang_up(HANGING_UP)
        if self.state == HANGING_UP and not self.queue:
            self.state, self.deadline = LINGERING, now + 1
            try:
                self.connection.shutdown(socket.SHUT_WR)
            except OSError:
                return True
        if self.state == LINGERING:
            return self.ended
        return self.state == LEAVING and not self.queue

    def events(self):
        """Return what is waited for."""
        reads = not self.ended and self.state != LEAVING and self.wanted != HELD
        return (READ if reads else 0) | (WRITE if self.queue else 0)


# -- a visit ----------------------------------------------------------------------------------


def visit(guest, room):
    """Serve one client from the question to the end. Yields what it waits for, and gets that."""
    room.send(guest, QUESTION)
    member = None
    try:
        while not member:
            name = yield LINE
            member = room.join(name, guest) if is_name(name) else None
            if not member:
                room.send(guest, f"{TAKEN if is_name(name) else NO_NAME}\n{QUESTION}")
        guest.deadline = NEVER
        while True:
            line = yield LINE
            if line == "/data" or line.startswith("/data "):
                payload = Payload((yield size_of(line)))
                while is_crowded(member, line):
                    yield HELD
                take_chunk(room, member, line, payload)
            elif line.startswith("/") and not line.startswith("//"):
                obey(room, member, line)
            elif line:
                room.say(member, line.removeprefix("/"))
    except tuple(NOTICES) as reason:
        leave(room, member)
        room.send(guest, NOTICES[type(reason)])
    finally:
        leave(room, member)


def leave(room, member):
    """Let a member leave, if there is one."""
    if member:
        cancel_all(room, member)
        room.leave(member)


def size_of(line):
    """Return how many bytes follow a /data line. Raises BadFrame."""
    words = line.split(" ")[1:]
    if len(words) != 2 or not all(ID.fullmatch(word) for word in words):
        raise BadFrame
    if not 1 <= int(words[1]) <= MAX_CHUNK:
        raise BadFrame
    return int(words[1])


def is_crowded(member, line):
    """Say whether somebody who gets this chunk has too much of files waiting."""
    transfer = member.transfers.get(line.split(" ")[1])
    guests = transfer.outlets() if transfer else ()
    return any(guest.waiting[FILE] > FEW and not guest.doomed for guest in guests)


# -- the loop ---------------------------------------------------------------------------------


class Loop:
    """All guests, and the selector that waits for them."""

    def __init__(self, listener, stop, options):
        self.listener = listener
        self.stop = stop
        self.options = options
        self.room = Room(Posts(), options.echo)
        self.guests = set()
        self.selector = selectors.DefaultSelector()
        self.accepts_from = 0.0

    def run(self):
        """Serve until a stop signal comes, and then for a second at the most."""
        self.watch(self.stop, READ)
        while not self.turn():
            rests = time.monotonic() < self.accepts_from
            self.watch(self.listener, 0 if rests else READ, self.listener)
        self.watch(self.listener, 0)
        self.watch(self.stop, 0)
        self.listener.close()
        self.room.close_all()
        while self.guests:
            self.turn()

    def turn(self):
        """Wait for something and serve it; return whether it is a stop signal."""
        for key, events in self.selector.select(0.05):
            if key.fileobj is self.stop:
                return True
            if key.fileobj is self.listener:
                self.accept()
                continue
            if events & WRITE:
                key.data.flush()
            if events & READ and not key.data.doomed:
                key.data.receive(self.options.buffer)
        for guest in list(self.guests):
            if guest.look(self.options.file_timeout):
                self.forget(guest)
        for guest in self.guests:
            self.watch(guest.connection, guest.events(), guest)
        return False

    def watch(self, source, events, data=None):
        """Wait for these events, and for no others."""
        known = self.selector.get_map().get(source)
        if known and not events:
            self.selector.unregister(source)
        elif known and known.events != events:
            self.selector.modify(source, events, data)
        elif not known and events:
            self.selector.register(source, events, data)

    def accept(self):
        """Let a few in who wait; when the system has nothing left, rest for a moment.

        Those who have gone are seen before the next few, and do not take anybody's place.
        """
        for _ in range(10):
            try:
                connection, _ = self.listener.accept()
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    self.accepts_from = time.monotonic() + 0.1
                return
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.begin(Guest(connection, self.options))

    def begin(self, guest):
        """Begin a visit, or turn the guest away."""
        served = sum(not one.turned_away for one in self.guests)
        self.guests.add(guest)
        self.room.outlets.add(guest)
        if served >= self.options.max_clients:
            guest.turned_away = True
            self.room.send(guest, "* the room is full")
            guest.hang_up(HANGING_UP)
        else:
            guest.visit = visit(guest, self.room)
            guest.wanted = next(guest.visit)

    def forget(self, guest):
        """End a visit, and close its connection."""
        if guest.visit:
            guest.visit.close()
        self.watch(guest.connection, 0)
        self.guests.discard(guest)
        self.room.outlets.discard(guest)
        guest.receives_all(self.options.buffer)
        guest.connection.close()


def main():
    """Run the server; return the exit status."""
    options = server_options()
    allow_connections(options.max_clients)
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    stop, signalled = socket.socketpair()
    signalled.setblocking(False)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: None)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    Loop(listener, stop, options).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
