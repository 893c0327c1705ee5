"""The room of lesson 10 with two threads a client: one reads, one sends what waits for it."""

import argparse
import re
import select
import signal
import socket
import sys
import threading
import time
import unicodedata
from collections import deque

MAX_LINE = MAX_CHUNK = 65536
FEW = 3 * MAX_CHUNK  # bytes of files that may wait for somebody before their sender waits
QUESTION = "* what is your name?"
REFUSED = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"
FORMS = ["/who", "/msg NAME TEXT", "/nick NEW", "/file ID SIZE NAME", "/data ID N"]
FORMS += ["/end ID SHA256", "/cancel ID", "/help", "/quit"]
ID, SIZE, HASH = "[0-9]{1,9}", "[0-9]{1,15}", "[0-9a-f]{64}"

lock = threading.RLock()  # guards the room, the files and everyone
space = threading.Condition()  # somebody has taken something of a file
room = {}  # name in lower case -> Guest
files = {}  # SENDER/ID -> [its sender's ID, label, size, name, bytes left, receivers]
everyone = set()  # guests, with or without a name
is_closing = threading.Event()
given = argparse.Namespace()


class Goodbye(Exception):
    """The last word to somebody."""


class Usage(Exception):
    """A command was misused."""


class Outbox(threading.Thread):
    """What waits for one client, and the thread that sends it. Safe from any thread."""

    def __init__(self, connection):
        super().__init__()
        self.connection = connection
        self.news = threading.Condition()  # guards all that follows
        self.queue = deque()  # [bytes, whether they are of a file]
        self.waiting = {True: 0, False: 0}  # bytes of files, of lines
        self.since = 0.0  # when bytes of files began to wait, or some were taken
        self.is_over = False  # nothing may be put in any more
        self.is_dropped = False

    def put(self, data, is_file=False):
        """Let these bytes be sent; too many bytes of lines, and the client is dropped."""
        with self.news:
            if self.is_over:
                return
            if is_file and not self.waiting[True]:
                self.since = time.monotonic()
            self.queue.append([memoryview(data), is_file])
            self.waiting[is_file] += len(data)
            if self.waiting[False] > given.outbox:
                self.drop()
            self.news.notify()

    def ends(self):
        """Let what waits be the last."""
        with self.news:
            self.is_over = True
            self.news.notify()

    def drop(self):
        """Forget all that waits, and wake both threads of the client."""
        with self.news:
            self.is_over = self.is_dropped = True
            self.queue.clear()
            self.waiting = {True: 0, False: 0}
            self.news.notify()
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        with space:
            space.notify_all()

    def run(self):
        """Send until all is over and sent."""
        poll = select.poll()
        poll.register(self.connection, select.POLLOUT)
        try:
            while True:
                with self.news:
                    self.news.wait_for(lambda: self.queue or self.is_over)
                    if not self.queue:
                        break
                    data = self.queue[0][0]
                if poll.poll(50):
                    self.has_sent(self.connection.send(data, socket.MSG_DONTWAIT))
                elif self.takes_no_file():
                    self.drop()
            self.connection.shutdown(socket.SHUT_WR)
        except BlockingIOError:
            raise RuntimeError("poll() has lied") from None
        except OSError:
            self.drop()

    def has_sent(self, count):
        """Take note that the kernel has taken so many bytes of the first piece."""
        with self.news:
            if not self.queue:
                return  # dropped meanwhile
            first = self.queue[0]
            self.waiting[first[1]] -= count
            self.since = time.monotonic()
            first[0] = first[0][count:]
            if not first[0]:
                self.queue.popleft()
        with space:
            space.notify_all()

    def takes_no_file(self):
        """Whether bytes of files have waited for too long."""
        with self.news:
            return self.waiting[True] and time.monotonic() - self.since > given.file_timeout


class Guest:
    """One client, and the thread that reads it."""

    def __init__(self, connection):
        self.connection = connection
        self.outbox = Outbox(connection)
        self.came = bytearray()
        self.name = None
        self.deadline = time.monotonic() + given.name_timeout
        self.mine = {}  # ID -> file

    def put(self, *lines):
        """Send these lines, sooner or later."""
        self.outbox.put("".join(f"{line}\n" for line in lines).encode())

    # -- what comes -----------------------------------------------------------------------

    def receive(self):
        """Wait for more; return whether there was any."""
        if self.deadline:
            poll = select.poll()
            poll.register(self.connection, select.POLLIN)
            if not poll.poll(max(0.0, self.deadline - time.monotonic()) * 1000):
                raise Goodbye("")
        data = self.connection.recv(given.buffer)
        if self.outbox.is_dropped:
            raise ConnectionError
        self.came += data
        return bool(data)

    def line(self):
        """Return the next line, None at the end of the stream."""
        seen = 0
        while True:
            end = self.came.find(b"\n", seen)
            line = self.came[: end if end >= 0 else MAX_LINE + 2].removesuffix(b"\r")
            if len(line) > MAX_LINE:
                raise Goodbye("* line too long")
            if end >= 0:
                del self.came[: end + 1]
                return line.decode(errors="replace")
            seen = len(self.came)
            if not self.receive():
                return None

    def exactly(self, count):
        """Return so many bytes, None if the stream ends before."""
        while len(self.came) < count:
            if not self.receive():
                return None
        data = bytes(self.came[:count])
        del self.came[:count]
        return data

    # -- from the question to the end -----------------------------------------------------

    def stay(self):
        """Serve the client from the question to the end."""
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.outbox.start()
        last = None
        try:
            self.put(QUESTION)
            while (line := self.line()) is not None and self.take(line):
                if self.deadline and time.monotonic() > self.deadline:
                    raise Goodbye("")
        except Goodbye as goodbye:
            last = str(goodbye)
        except OSError:
            self.outbox.drop()
        finally:
            self.leave()
            if last:
                self.put(last)
            self.outbox.ends()
            self.outbox.join(30)
            self.outbox.drop() if self.outbox.is_alive() else None
            self.outbox.join()
            if last is not None and not is_closing.is_set():
                linger(self.connection)

    def leave(self):
        """Leave the room; the others are told, first of the files that will not come."""
        with lock:
            if self.name is None or room.get(self.name.lower()) is not self:
                return
            for file in list(self.mine.values()):
                close(file, f"/cancel {file[1]}")
            del room[self.name.lower()]
            put_all(f"* {self.name} left")

    def take(self, line):
        """Serve one line; return False if the stream ended in the middle of something."""
        if self.name is None:
            self.claim(line)
        elif line.partition(" ")[0] == "/data":
            return self.data(line)
        elif line.startswith("/") and not line.startswith("//"):
            with lock:
                self.obey(line)
        elif line:
            put_all(f"{self.name}: {line.removeprefix('/')}", but=None if given.echo else self)
        return True

    def claim(self, name):
        """Take the answer to the question."""
        with lock:
            if refusal := self.refusal(name):
                self.put(refusal, QUESTION)
                return
            self.name = name
            self.deadline = None
            self.put(f"* welcome, {name}")
            put_all(f"* {name} joined")
            room[name.lower()] = self

    def refusal(self, name):
        """Say why this cannot be the name, or return None."""
        if not is_name(name):
            return REFUSED
        return TAKEN if room.get(name.lower(), self) is not self else None

    def data(self, line):
        """Take a chunk; False if the stream ends before."""
        match = re.fullmatch(f"/data ({ID}) ({ID})", line)
        if not match or not 1 <= int(match[2]) <= MAX_CHUNK:
            raise Goodbye("* bad frame")
        number, data = match[1], self.exactly(int(match[2]))
        if data is None:
            return False
        file = self.mine.get(number)
        if file:
            with space:
                space.wait_for(lambda: not is_crowded(file) or self.outbox.is_dropped)
        with lock:
            if file is None:
                self.is_off(number, "unknown")
            elif len(data) > file[4]:
                self.stop(number, "too much")
            else:
                file[4] -= len(data)
                tell(file, f"/data {file[1]} {match[2]}\n".encode() + data, is_file=True)
        return True

    def obey(self, line):
        """Carry out a command."""
        word, *rest = line.split(" ", 1)
        form = next((form for form in FORMS if form.split(" ")[0] == word), None)
        if form is None:
            self.put(f"* unknown command /{word[1:][:20]}, try /help")
            return
        try:
            getattr(self, f"on_{word[1:]}")(*rest)
        except Usage:
            self.put(f"* usage: {form}")

    def on_who(self, rest=None):
        """Say who is here."""
        takes_nothing(rest)
        self.put(f"* here: {', '.join(guest.name for _, guest in sorted(room.items()))}")

    def on_msg(self, rest=""):
        """Tell one guest something."""
        name, text = parts("([^ ]+) (.+)", rest)
        receiver = room.get(name.lower()) if is_name(name) else None
        if receiver is None:
            self.put(f"* no one here is called {name}")
            return
        receiver.put(f"{self.name} (private): {text}")
        self.put(f"* told {receiver.name}")

    def on_nick(self, new=""):
        """Take a new name."""
        parts("(.+)", new)
        if refusal := self.refusal(new):
            self.put(refusal)
            return
        old, self.name = self.name, new
        del room[old.lower()]
        room[new.lower()] = self
        put_all(f"* {old} is now {new}")

    def on_file(self, rest=""):
        """Announce a file."""
        number, size, name = parts(f"({ID}) ({SIZE}) (.+)", rest)
        label = f"{self.name}/{number}"
        if number in self.mine:
            self.stop(number, "twice")
        elif not is_harmless(name):
            self.is_off(number, "that is no name for a file")
        elif label in files:
            self.is_off(number, "somebody was faster")
        else:
            others = [guest for guest in room.values() if guest is not self]
            file = files[label] = self.mine[number] = [number, label, size, name, int(size), others]
            tell(file, f"/file {label} {size} {name}\n".encode())

    def on_end(self, rest=""):
        """Close a file."""
        number, digest = parts(f"({ID}) (.+)", rest)
        file = self.mine.get(number)
        if file is None:
            self.is_off(number, "unknown")
        elif file[4] or not re.fullmatch(HASH, digest):
            self.stop(number, "not whole")
        else:
            del self.mine[number]
            close(file, f"/end {file[1]} {digest}")
            names = sorted((one.name for one in file[5] if is_here(one)), key=str.lower)
            self.put(f"* sent {file[3]} ({file[2]} bytes) to {', '.join(names) or 'nobody'}")

    def on_cancel(self, rest=""):
        """Stop a file."""
        (number,) = parts(f"({ID})", rest)
        if number in self.mine:
            self.stop(number, "at your wish")
        else:
            self.is_off(number, "unknown")

    def stop(self, number, reason):
        """Close a file that will not be whole."""
        file = self.mine.pop(number)
        close(file, f"/cancel {file[1]}")
        self.is_off(number, reason)

    def is_off(self, number, reason):
        """Say that nothing comes of it."""
        self.put(f"* transfer {number} cancelled: {reason}")

    def on_help(self, rest=None):
        """Say the forms of all commands."""
        takes_nothing(rest)
        self.put(*(f"* {form}" for form in FORMS))

    def on_quit(self, rest=None):
        """End the visit."""
        takes_nothing(rest)
        raise Goodbye("* goodbye")


def is_name(text):
    """Whether this may be a name."""
    return re.fullmatch("[A-Za-z0-9_-]{1,20}", text) is not None


def is_harmless(name):
    """Whether this may be the name of a file."""
    bad = name[0] == "." or not name.strip(" ") or len(name.encode()) > 200
    return not bad and not any(c in "/\\" or unicodedata.category(c) == "Cc" for c in name)


def is_here(guest):
    """Whether somebody is in the room."""
    return room.get(guest.name.lower()) is guest


def is_crowded(file):
    """Whether too much waits for one of those who get a file."""
    return any(one.outbox.waiting[True] > FEW for one in file[5])


def tell(file, data, is_file=False):
    """Send this to all who get a file and are still here."""
    for guest in file[5]:
        if is_here(guest):
            guest.outbox.put(data, is_file)


def close(file, last):
    """Forget a file, and tell those who get it why."""
    del files[file[1]]
    tell(file, f"{last}\n".encode())


def put_all(line, but=None):
    """Send a line to everybody in the room, unless all is over."""
    with lock:
        for guest in room.values():
            if guest is not but:
                guest.put(line)


def parts(pattern, rest):
    """Return the arguments; raise Usage if they do not fit."""
    match = re.fullmatch(pattern, rest, re.DOTALL)
    if not match:
        raise Usage
    return match.groups()


def takes_nothing(rest):
    """Raise Usage if there is anything."""
    if rest is not None:
        raise Usage


def linger(connection):
    """Throw away what still comes, for a second."""
    deadline = time.monotonic() + 1
    try:
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(given.buffer):
                return
    except OSError:
        pass


def visit(connection, guest):
    """Serve one connection, in a thread of its own, and close it."""
    try:
        if guest:
            guest.stay()
        else:
            connection.sendall(b"* the room is full\n")
            connection.shutdown(socket.SHUT_WR)
            linger(connection)
    except OSError:
        pass
    finally:
        with lock:
            everyone.discard(guest)
            connection.close()


def accept(listener):
    """Let somebody in, or turn somebody away; without a descriptor wait a moment."""
    try:
        connection, _ = listener.accept()
    except OSError:
        time.sleep(0.05)
        return
    connection.setblocking(True)
    with lock:
        guest = Guest(connection) if len(everyone) < given.max_clients else None
        everyone.update([guest] if guest else [])
    try:
        threading.Thread(target=visit, args=(connection, guest), daemon=True).start()
    except RuntimeError:  # no thread left
        everyone.discard(guest)
        connection.close()


def say_last_words():
    """Tell everybody that the server closes; they have a second to take it."""
    is_closing.set()
    with lock:
        guests = list(everyone)
        for guest in guests:
            guest.put("* the server is closing")
            guest.outbox.ends()
    deadline = time.monotonic() + 1
    for guest in guests:
        if guest.outbox.ident:
            guest.outbox.join(max(0.0, deadline - time.monotonic()))
    for guest in guests:
        guest.outbox.drop()
        if guest.outbox.ident:
            guest.outbox.join()


def read_options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, choices=range(65536), default=5555, metavar="N")
    add("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    add("--outbox", type=int, default=8 * 1024 * 1024)
    add("--file-timeout", type=float, default=10)
    add("--name-timeout", type=float, default=30)
    add("--max-clients", type=int, default=1000)
    add("--echo", action="store_true")
    parser.parse_args(namespace=given)


def main():
    """Serve until a signal comes; return the exit status."""
    read_options()
    threading.stack_size(256 * 1024)
    try:
        listener = socket.create_server((given.host, given.port), backlog=1024)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    wake, signalled = socket.socketpair()
    signalled.setblocking(False)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: None)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    while wake not in (ready := select.select([listener, wake], [], [])[0]):
        if listener in ready:
            accept(listener)
    say_last_words()
    return 0


if __name__ == "__main__":
    sys.exit(main())
