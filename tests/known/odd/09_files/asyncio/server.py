"""The room of lesson 09 with asyncio's streams: one thread, one task a client, and no lock."""

import argparse
import asyncio
import re
import signal
import sys
import unicodedata

MAX_LINE = MAX_CHUNK = 65536
QUESTION = "* what is your name?"
REFUSED = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"
ID, SIZE, HASH = "[0-9]{1,9}", "[0-9]{1,15}", "[0-9a-f]{64}"
room = {}  # name in lower case -> Guest
files = {}  # SENDER/ID -> File
everyone = {}  # writer -> the task that serves it


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

    def put(self, data):
        """Send this to everybody who gets the file."""
        for guest in self.receivers:
            if not guest.gone:
                guest.writer.write(data)

    def close(self, last):
        """Forget the file, and tell its receivers why."""
        del files[self.label]
        self.put(f"{last}\n".encode())


class Guest:
    """One client, from the question to the end."""

    def __init__(self, reader, writer, size):
        self.reader = reader
        self.writer = writer
        self.size = size
        self.name = None
        self.gone = False
        self.came = bytearray()
        self.mine = {}  # ID -> File
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

    def put(self, *lines):
        """Send these lines, sooner or later."""
        self.writer.write("".join(f"{line}\n" for line in lines).encode())

    async def has_all(self, seconds=None):
        """Wait until nothing is left to send; somebody who has gone is no error."""
        try:
            async with asyncio.timeout(seconds):
                await self.writer.drain()
        except OSError:
            pass

    def leave(self):
        """Leave the room; the others are told, first of the files that will not come."""
        if self.name and not self.gone:
            self.gone = True
            for file in list(self.mine.values()):
                file.close(f"/cancel {file.label}")
            self.mine.clear()
            del room[self.name.lower()]
            put_all(f"* {self.name} left")

    def refusal(self, name):
        """Say why this cannot be the name, or return None."""
        if not is_name(name):
            return REFUSED
        return TAKEN if room.get(name.lower(), self) is not self else None

    # -- what comes -----------------------------------------------------------------------

    async def receives(self):
        """Wait for more; return whether there was any."""
        data = await self.reader.read(self.size)
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
            if not await self.data(line):
                return False
        elif line.startswith("/") and not line.startswith("//"):
            self.obeys(line)
        elif line:
            put_all(f"{self.name}: {line.removeprefix('/')}", but=self)
        for guest in {*room.values(), self}:
            await guest.has_all()
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
        if file is None:
            self.is_off(number, "unknown")
        elif count > file.left:
            self.stop(number, "too much")
        else:
            file.left -= count
            file.put(f"/data {file.label} {match[2]}\n".encode() + data)
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

    async def talks(self):
        """Ask, and serve lines until the stream ends."""
        self.put(QUESTION)
        while (line := await self.lines()) is not None:
            if not await self.takes(line):
                return

    async def is_hung_up_on(self, notice):
        """Say the notice, and wait a second for the client's end."""
        self.came.clear()
        self.put(notice)
        await self.has_all(30)
        self.writer.write_eof()
        async with asyncio.timeout(1):
            while await self.reader.read(4096):
                pass

    async def stays(self):
        """Serve the client from the question to the end."""
        try:
            try:
                await self.talks()
                notice = None
            except Goodbye as last:
                notice = str(last)
            self.leave()
            if notice:
                await self.is_hung_up_on(notice)
            else:
                await self.has_all(30)
        except OSError:
            pass
        finally:
            self.leave()
            self.writer.close()


def is_name(text):
    """Whether this may be a name."""
    return re.fullmatch("[A-Za-z0-9_-]{1,20}", text) is not None


def is_harmless(name):
    """Whether this may be the name of a file."""
    bad = name[0] == "." or not name.strip(" ") or len(name.encode()) > 200
    return not bad and not any(c in "/\\" or unicodedata.category(c) == "Cc" for c in name)


def put_all(line, but=None):
    """Send a line to everybody in the room."""
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


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


async def main():
    """Serve until a signal comes; return the exit status."""
    given = options()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    async def visit(reader, writer):
        everyone[writer] = asyncio.current_task()
        writer.transport.set_write_buffer_limits(0)
        writer.transport.max_size = given.buffer
        await Guest(reader, writer, given.buffer).stays()
        del everyone[writer]

    try:
        server = await asyncio.start_server(visit, given.host, given.port, backlog=1024)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port}", flush=True)
    await stopped.wait()
    server.close()
    tasks = list(everyone.values())
    for writer in list(everyone):
        writer.transport.abort()
    if tasks:
        await asyncio.wait(tasks, timeout=1)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
