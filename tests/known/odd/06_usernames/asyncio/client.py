"""A client with asyncio: a protocol for the server, an executor's thread for the keyboard."""

import argparse
import asyncio
import os
import signal
import sys

LIMIT = 4 * 65536
QUESTION = "* what is your name?"


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


class Server(asyncio.Protocol):
    """What the server says. `ended` gets the exit status."""

    def __init__(self, ended, name):
        self.ended = ended
        self.name = name
        self.asked = False  # the next typed line is a name
        self.left = False
        self.rest = b""
        self.early = []
        self.said = False  # a name; it was not refused
        self.typing = True
        self.welcomed = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in map(text, lines):
            sys.stdout.buffer.write(line.encode() + b"\n")
            if not self.welcomed.is_set():
                self.before_the_welcome(line)
        sys.stdout.flush()
        if len(self.rest) > LIMIT + 1:
            self.gone()

    def before_the_welcome(self, line):
        if line.startswith("* welcome, "):
            self.welcomed.set()
            for early in self.early:
                self.say(early)
            self.early.clear()
        elif line == QUESTION and self.name is not None:
            self.say_name(self.name)
        elif line == QUESTION:
            sys.stdout.buffer.write(b"username: ")
            self.asked, self.said = True, False
        self.leave_if_all_is_said()

    def say(self, line):
        self.transport.write(f"{line}\n".encode())

    def say_name(self, name):
        self.name, self.asked, self.said = None, False, True
        self.say(name)

    def eof_received(self):
        self.gone()
        return True

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    def connection_lost(self, error):
        self.gone()

    def gone(self):
        if self.ended.done():
            return
        if not self.left:
            print("* disconnected", flush=True)
        self.ended.set_result(0 if self.left else 1)

    def take(self, line):
        if self.welcomed.is_set():
            self.say(line)
        elif self.asked:
            self.say_name(line)
        else:
            self.early.append(line)

    async def type(self):
        loop = asyncio.get_running_loop()
        while sys.stdin and (line := await loop.run_in_executor(None, sys.stdin.buffer.readline)):
            line = text(line.removesuffix(b"\n"))
            if line in ("quit", "exit"):
                break
            self.take(line)
            await self.writable.wait()
        self.typing = self.asked = False
        self.leave_if_all_is_said()

    def leave_if_all_is_said(self):
        waits = self.name is not None or (self.said and self.early and not self.welcomed.is_set())
        if self.typing or waits or self.left:
            return
        self.left = True
        if not self.transport.is_closing():
            self.transport.write_eof()
        asyncio.get_running_loop().call_later(1, self.gone)


async def talk(host, port, name):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    try:
        _, server = await loop.create_connection(lambda: Server(ended, name), host, port)
    except OSError as error:
        print(f"cannot connect to {host}:{port}: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: ended.done() or ended.set_result(0))
    typing = asyncio.create_task(server.type())
    status = await ended
    typing.cancel()
    return status


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--name")
    options = parser.parse_args()
    # A thread that waits for the keyboard would keep asyncio.run() waiting, so the end is made
    # here.
    told = options.host, options.port, options.name
    status = asyncio.new_event_loop().run_until_complete(talk(*told))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
