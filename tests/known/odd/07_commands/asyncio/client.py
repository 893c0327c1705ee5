"""A client with asyncio: a protocol for the server, a thread for the keyboard."""

import argparse
import asyncio
import os
import signal
import sys
import threading

LIMIT = 4 * 65536


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def show(words):
    sys.stdout.buffer.write(words.encode())
    sys.stdout.buffer.flush()


class Conversation(asyncio.Protocol):
    """Everything happens in the loop's thread, but for readline(). ended: gets the status."""

    def __init__(self, name, ended):
        self.name = name
        self.ended = ended
        self.early = []
        self.asked = self.named = self.welcomed = False
        self.typing = True
        self.left = self.goodbye = False
        self.rest = b""
        self.writable = threading.Event()  # the keyboard's thread waits for it
        self.writable.set()

    # -- the server ---------------------------------------------------------------------

    def connection_made(self, transport):
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        transport.set_write_buffer_limits(high=65536)
        threading.Thread(target=self.read_keyboard, daemon=True).start()

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in map(text, lines):
            show(f"{line}\n")
            self.goodbye = line == "* goodbye"
            if not self.welcomed:
                self.handshake(line)
        if len(self.rest) > LIMIT + 1:
            self.gone()

    def handshake(self, line):
        if line.startswith("* welcome, "):
            self.welcomed = True
            while self.early:
                self.say(self.early.pop(0))
        elif line != "* what is your name?":
            return
        elif self.name is not None:
            self.named = True
            self.say(self.name)
            self.name = None
        else:
            show("username: ")
            self.asked, self.named = True, False
        self.leave_at_the_end()

    def say(self, line):
        if not self.transport.is_closing():
            self.transport.write(f"{line}\n".encode())

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    def eof_received(self):
        self.gone()
        return True

    def connection_lost(self, error):
        self.gone()

    def gone(self):
        fine = self.left or self.goodbye
        if not self.ended.done():
            if not fine:
                show("* disconnected\n")
            self.ended.set_result(0 if fine else 1)

    # -- the keyboard -------------------------------------------------------------------

    def read_keyboard(self):
        while sys.stdin and (line := sys.stdin.buffer.readline()):
            line = text(line.removesuffix(b"\n"))
            if line in ("quit", "exit"):
                break
            self.loop.call_soon_threadsafe(self.typed, line)
            self.writable.wait()
        self.loop.call_soon_threadsafe(self.typed, None)

    def typed(self, line):
        if line is None:
            self.typing = False
        elif self.welcomed:
            self.say(line)
        elif self.asked:
            self.asked, self.named = False, True
            self.say(line)
        else:
            self.early.append(line)
        self.leave_at_the_end()

    def leave_at_the_end(self):
        if self.typing or self.left or self.name is not None or (self.named and self.early):
            return
        self.left = True
        if not self.transport.is_closing():
            self.transport.write_eof()
        self.loop.call_later(1, self.gone)


async def talk(options):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    try:
        await loop.create_connection(
            lambda: Conversation(options.name, ended), options.host, options.port
        )
    except OSError as error:
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: ended.done() or ended.set_result(0))
    return await ended


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--name")
    # The thread that waits for the keyboard must not keep the program waiting.
    status = asyncio.new_event_loop().run_until_complete(talk(parser.parse_args()))
    sys.stderr.flush()
    os._exit(status)
