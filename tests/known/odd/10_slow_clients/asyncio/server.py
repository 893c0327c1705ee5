"""The room of lesson 10 with asyncio: one thread, and a queue of its own for each client."""

import argparse
import asyncio
import re
import signal
import sys
import time
import unicodedata
from collections import deque

MAX_LINE = MAX_CHUNK = 65536
FEW = 4 * MAX_CHUNK  # bytes of files that may wait for somebody before their sender waits
QUESTION = "* what is your name?"
REFUSED = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"
ID, SIZE, HASH = "[0-9]{1,9}", "[0-9]{1,15}", "[0-9a-f]{64}"
room = {}  # name in lower case -> Guest
files = {}  # SENDER/ID -> File
everyone = set()  # guests, with or without a name
given = None  # the options
waiting = set()  # futures of senders who wait for space


class Goodbye(Exception):
    """Somebody said /quit, or what cannot be followed; the last word."""


class Usage(Exception):
    """A command was misused."""


class File:
    """A file that is passed on. left: bytes that are still to come."""

    def __init__(self, label, size, name, receivers):
        self.label = label
        self.size = size
        self.name = name
        self.receivers = receivers
        self.left = int(size)

    def put(self, data, is_file=False):
        """Send this to everybody who gets the file."""
        for guest in self.receivers:
            if not guest.gone:
                guest.send(data, is_file)

    def is_crowded(self):
        """Whether too much waits for one of those who get it."""
        return any(guest.held(True) > FEW for guest in self.receivers if not guest.gone)

    def close(self, last):
        """Forget the file, and tell its receivers why."""
        del files[self.label]
        self.put(f"{last}\n".encode())


class Guest(asyncio.StreamReaderProtocol):
    """One client, from the question to the end."""

    def __init__(self):
        self.reader = asyncio.StreamReader()
        super().__init__(self.reader, self.begins)
        self.came = bytearray()
        self.name = None
        self.gone = False
        self.lost = False  # or has been sent its last byte
        self.mine = {}  # ID -> File
        self.queue = deque()  # (bytes, whether they are of a file)
        self.paused = False
        self.bytes = {True: 0, False: 0}  # in the queue: of files, of lines
        self.last_is_file = False  # what the transport has, if it has something
        self.taken = 0  # bytes that it has got rid of
        self.seen = (0.0, 0)  # when some were last taken, and how many had been by then
        self.emptied = asyncio.Event()
        self.emptied.set()
        self.commands = {
            "/who": (self.who, "/who"),
            "/msg": (self.msg, "/msg NAME TEXT"),
            "/nick": (self.nick, "/nick NEW"),
            "/file": (self.file, "/file ID SIZE NAME"),
            "/data": (None, "/data ID N"),
            "/end": (self.end, "/end ID SHA256"),
            "/cancel": (self.cancel, "/cancel ID"),
            "/help": (self.help, "/help"),
            "/quit": (self.quit, "/quit"),
        }

    # -- what goes out --------------------------------------------------------------------

    def put(self, *lines):
        """Send these lines, sooner or later."""
        self.send("".join(f"{line}\n" for line in lines).encode())

    def send(self, data, is_file=False):
        """Send these bytes, or let them wait; who is too far behind is dropped."""
        if self.lost or self.transport.is_closing():
            return
        if is_file and not self.held(True):
            self.seen = (time.monotonic(), self.all_taken())
        self.queue.append((data, is_file))
        self.bytes[is_file] += len(data)
        self.emptied.clear()
        self.pump()
        if self.held(False) > given.outbox:
            self.drop()

    def held(self, is_file):
        """How many bytes of files, or of lines, wait."""
        with_transport = self.last_is_file == is_file
        return self.bytes[is_file] + with_transport * self.transport.get_write_buffer_size()

    def all_taken(self):
        """How many bytes the kernel has taken so far."""
        return self.taken - self.transport.get_write_buffer_size()

    def pump(self):
        """Give the transport a piece as often as it has taken the one before."""
        while self.queue and not self.paused:
            data, self.last_is_file = self.queue.popleft()
            self.bytes[self.last_is_file] -= len(data)
            self.taken += len(data)
            self.transport.write(data)
        if not self.queue and not self.transport.get_write_buffer_size():
            self.emptied.set()
        for future in list(waiting):
            if not future.done():
                future.set_result(None)

    def pause_writing(self):
        """The kernel does not take any more."""
        super().pause_writing()
        self.paused = True

    def resume_writing(self):
        """All that the transport had has been taken."""
        super().resume_writing()
        self.paused = False
        self.pump()

    def takes_no_file(self):
        """Whether files wait, and nothing has been taken for too long."""
        since, before = self.seen
        if self.all_taken() != before:
            self.seen = (time.monotonic(), self.all_taken())
            return False
        return self.held(True) and time.monotonic() - since > given.file_timeout

    def drop(self):
        """Give this one up, now."""
        self.transport.abort()
        self.forgets_all()

    def forgets_all(self):
        """Let nothing wait any more."""
        self.lost = True
        self.queue.clear()
        self.bytes = {True: 0, False: 0}
        self.last_is_file = False
        self.emptied.set()
        self.pump()

    def connection_lost(self, error):
        """Nothing can be sent any more."""
        super().connection_lost(error)
        self.forgets_all()

    async def has_all(self, seconds):
        """Wait until nothing is left to send."""
        async with asyncio.timeout(seconds):
            await self.emptied.wait()

    # -- what comes -----------------------------------------------------------------------

    async def receives(self):
        """Wait for more; return whether there was any."""
        data = await self.reader.read(given.buffer)
        if self.lost:
            raise ConnectionError
        self.came += data
        return bool(data)

    async def lines(self):
        """Return the next line, None at the end of the stream."""
        while True:
            end = self.came.find(b"\n")
            line = self.came[: end if end >= 0 else MAX_LINE + 2].removesuffix(b"\r")
            if len(line) > MAX_LINE:
                raise Goodbye("* line too long")
            if end >= 0:
                del self.came[: end + 1]
                return line.decode(errors="replace")
            if not await self.receives():
                return None

    async def takes(self, line):
        """Serve one line; return False if the stream ended in the middle of something."""
        if self.name is None:
            if refusal := self.refusal(line):
                self.put(refusal, QUESTION)
                return True
            self.name = line
            self.put(f"* welcome, {line}")
            put_all(f"* {line} joined")
            room[line.lower()] = self
        elif line.partition(" ")[0] == "/data":
            return await self.data(line)
        elif line.startswith("/") and not line.startswith("//"):
            self.obeys(line)
        elif line:
            put_all(f"{self.name}: {line.removeprefix('/')}", but=None if given.echo else self)
        return True

    async def data(self, line):
        """Take a chunk; False if the stream ends before."""
        match = re.fullmatch(f"/data ({ID}) ({ID})", line)
        if not match or not 1 <= int(match[2]) <= MAX_CHUNK:
            raise Goodbye("* bad frame")
        number, count = match[1], int(match[2])
        while len(self.came) < count:
            if not await self.receives():
                return False
        data = bytes(self.came[:count])
        del self.came[:count]
        file = self.mine.get(number)
        while file and file.is_crowded() and not self.lost:
            future = asyncio.get_running_loop().create_future()
            waiting.add(future)
            try:
                await future
            finally:
                waiting.discard(future)
        if file is None:
            self.is_off(number, "unknown")
        elif count > file.left:
            self.stop(number, "too much")
        else:
            file.left -= count
            file.put(f"/data {file.label} {match[2]}\n".encode() + data, is_file=True)
        return True

    def obeys(self, line):
        """Carry out a command."""
        word, *rest = line.split(" ", 1)
        if word not in self.commands:
            self.put(f"* unknown command /{word[1:][:20]}, try /help")
            return
        command, form = self.commands[word]
        try:
            command(*rest)
        except Usage:
            self.put(f"* usage: {form}")

    def refusal(self, name):
        """Say why this cannot be the name, or return None."""
        if not is_name(name):
            return REFUSED
        return TAKEN if room.get(name.lower(), self) is not self else None

    # -- the commands ---------------------------------------------------------------------

    def who(self, rest=None):
        """Say who is here."""
        takes_nothing(rest)
        self.put(f"* here: {', '.join(guest.name for _, guest in sorted(room.items()))}")

    def msg(self, rest=""):
        """Tell one guest something."""
        name, text = parts("([^ ]+) (.+)", rest)
        receiver = room.get(name.lower()) if is_name(name) else None
        if receiver is None:
            self.put(f"* no one here is called {name}")
            return
        receiver.put(f"{self.name} (private): {text}")
        self.put(f"* told {receiver.name}")

    def nick(self, new=""):
        """Take a new name."""
        parts("(.+)", new)
        if refusal := self.refusal(new):
            self.put(refusal)
            return
        old = self.name
        del room[old.lower()]
        self.name = new
        room[new.lower()] = self
        put_all(f"* {old} is now {new}")

    def file(self, rest=""):
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
            file = files[label] = self.mine[number] = File(label, size, name, others)
            file.put(f"/file {label} {size} {name}\n".encode())

    def end(self, rest=""):
        """Close a file."""
        number, digest = parts(f"({ID}) (.+)", rest)
        file = self.mine.get(number)
        if file is None:
            self.is_off(number, "unknown")
        elif file.left or not re.fullmatch(HASH, digest):
            self.stop(number, "not whole")
        else:
            self.mine.pop(number).close(f"/end {file.label} {digest}")
            there = sorted((one.name for one in file.receivers if not one.gone), key=str.lower)
            self.put(f"* sent {file.name} ({file.size} bytes) to {', '.join(there) or 'nobody'}")

    def cancel(self, rest=""):
        """Stop a file."""
        (number,) = parts(f"({ID})", rest)
        if number in self.mine:
            self.stop(number, "at your wish")
        else:
            self.is_off(number, "unknown")

    def stop(self, number, reason):
        """Close a file that will not be whole."""
        file = self.mine.pop(number)
        file.close(f"/cancel {file.label}")
        self.is_off(number, reason)

    def is_off(self, number, reason):
        """Say that nothing comes of it."""
        self.put(f"* transfer {number} cancelled: {reason}")

    def help(self, rest=None):
        """Say the forms of all commands."""
        takes_nothing(rest)
        self.put(*(f"* {form}" for _, form in self.commands.values()))

    def quit(self, rest=None):
        """End the visit."""
        takes_nothing(rest)
        raise Goodbye("* goodbye")

    # -- from the question to the end -----------------------------------------------------

    def leave(self):
        """Leave the room; the others are told, first of the files that will not come."""
        if self.name and not self.gone:
            self.gone = True
            for file in list(self.mine.values()):
                file.close(f"/cancel {file.label}")
            self.mine.clear()
            del room[self.name.lower()]
            put_all(f"* {self.name} left")

    async def talks(self):
        """Ask, and serve lines until the stream ends."""
        self.put(QUESTION)
        async with asyncio.timeout(given.name_timeout) as clock:
            while (line := await self.lines()) is not None:
                if not await self.takes(line):
                    return
                if self.name:
                    clock.reschedule(None)
                if not self.paused:
                    await asyncio.sleep(0)  # the others have a turn, too

    async def is_hung_up_on(self, notice):
        """Say the notice, and wait a second for the client's end."""
        self.came.clear()
        if notice:
            self.put(notice)
        await self.has_all(30)
        self.lost = True
        self.transport.write_eof()
        async with asyncio.timeout(1):
            while await self.reader.read(4096):
                pass

    async def begins(self, reader, writer):
        """Serve the client from the question to the end, if there is a place."""
        self.transport = writer.transport
        self.transport.set_write_buffer_limits(0)
        self.transport.max_size = given.buffer
        try:
            if len(everyone) >= given.max_clients:
                await self.is_hung_up_on("* the room is full")
            else:
                await self.stays()
        except OSError:
            pass
        finally:
            everyone.discard(self)
            self.leave()
            self.transport.abort()

    async def stays(self):
        """Serve the client from the question to the end."""
        everyone.add(self)
        try:
            await self.talks()
        except (Goodbye, TimeoutError) as last:
            self.leave()
            await self.is_hung_up_on(str(last))
        else:
            self.leave()
            await self.has_all(30)


def is_name(text):
    """Whether this may be a name."""
    return re.fullmatch("[A-Za-z0-9_-]{1,20}", text) is not None


def is_harmless(name):
    """Whether this may be the name of a file."""
    bad = name[0] == "." or not name.strip(" ") or len(name.encode()) > 200
    return not bad and not any(c in "/\\" or unicodedata.category(c) == "Cc" for c in name)


def put_all(line, but=None):
    """Send a line to everybody in the room."""
    for guest in list(room.values()):
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


def options():
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
    return parser.parse_args()


async def watches():
    """Look now and then for those who take nothing of a file."""
    while True:
        await asyncio.sleep(min(0.05, given.file_timeout / 10))
        for guest in list(everyone):
            if guest.takes_no_file():
                guest.drop()


async def says_last_words():
    """Tell everybody that the server closes, and wait a second until they have it."""
    guests = [guest for guest in everyone if not guest.lost]
    for guest in guests:
        guest.put("* the server is closing")
        guest.send = lambda *data: None
    if guests:
        await asyncio.wait([asyncio.create_task(one.emptied.wait()) for one in guests], timeout=1)
    for guest in guests:
        if guest.emptied.is_set() and not guest.transport.is_closing():
            guest.transport.close()


async def main():
    """Serve until a signal comes; return the exit status."""
    global given
    given = options()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)  # no descriptor: it tries again
    stopped = asyncio.Event()
    try:
        server = await loop.create_server(Guest, given.host, given.port, backlog=1024)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port}", flush=True)
    watch = asyncio.create_task(watches())
    await stopped.wait()
    server.close()
    watch.cancel()
    await says_last_words()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
