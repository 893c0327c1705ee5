"""The room of lesson 07 with asyncio's streams: one thread, one task a client, and no lock."""

import argparse
import asyncio
import re
import signal
import sys

from framing import LineSplitter, LineTooLong

QUESTION = "* what is your name?"
REFUSED = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"
room = {}  # name in lower case -> Guest
everyone = {}  # writer -> the task that serves it


class Goodbye(Exception):
    """Somebody said /quit."""


class Usage(Exception):
    """A command was misused."""


class Guest:
    """One client, from the question to the end."""

    def __init__(self, reader, writer, size):
        self.reader = reader
        self.writer = writer
        self.size = size
        self.name = None
        self.commands = {
            "/who": (self.who, "/who"),
            "/msg": (self.msg, "/msg NAME TEXT"),
            "/nick": (self.nick, "/nick NEW"),
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
        """Leave the room; the others are told."""
        if self.name and room.get(self.name.lower()) is self:
            del room[self.name.lower()]
            put_all(f"* {self.name} left")

    def refusal(self, name):
        """Say why this cannot be the name, or return None."""
        if not is_name(name):
            return REFUSED
        return TAKEN if room.get(name.lower(), self) is not self else None

    async def takes(self, line):
        """Serve one line."""
        if self.name is None:
            if refusal := self.refusal(line):
                self.put(refusal, QUESTION)
                return
            self.name = line
            self.put(f"* welcome, {line}")
            put_all(f"* {line} joined")
            room[line.lower()] = self
        elif line.startswith("/") and not line.startswith("//"):
            self.obeys(line)
        elif line:
            put_all(f"{self.name}: {line.removeprefix('/')}", but=self)
        for guest in {*room.values(), self}:
            await guest.has_all()

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

    def who(self, rest=None):
        """Say who is here."""
        takes_nothing(rest)
        self.put(f"* here: {', '.join(guest.name for _, guest in sorted(room.items()))}")

    def msg(self, rest=""):
        """Tell one guest something."""
        match = re.fullmatch("([^ ]+) (.+)", rest, re.DOTALL)
        if not match:
            raise Usage
        name, text = match.groups()
        receiver = room.get(name.lower()) if is_name(name) else None
        if receiver is None:
            self.put(f"* no one here is called {name}")
            return
        receiver.put(f"{self.name} (private): {text}")
        self.put(f"* told {receiver.name}")

    def nick(self, new=""):
        """Take a new name."""
        if not new:
            raise Usage
        if refusal := self.refusal(new):
            self.put(refusal)
            return
        old = self.name
        del room[old.lower()]
        self.name = new
        room[new.lower()] = self
        put_all(f"* {old} is now {new}")

    def help(self, rest=None):
        """Say the forms of all commands."""
        takes_nothing(rest)
        self.put(*(f"* {form}" for _, form in self.commands.values()))

    def quit(self, rest=None):
        """End the visit."""
        takes_nothing(rest)
        raise Goodbye

    async def talks(self):
        """Ask, and serve lines until the stream ends."""
        splitter = LineSplitter()
        self.put(QUESTION)
        while data := await self.reader.read(self.size):
            for line in splitter.feed(data):
                await self.takes(line)

    async def is_hung_up_on(self, notice):
        """Say the notice, and wait a second for the client's end."""
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
            except LineTooLong:
                notice = "* line too long"
            except Goodbye:
                notice = "* goodbye"
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


def put_all(line, but=None):
    """Send a line to everybody in the room."""
    for guest in room.values():
        if guest is not but:
            guest.put(line)


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
