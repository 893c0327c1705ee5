"""A client with asyncio: a protocol for the server, an executor's thread for the keyboard."""

import argparse
import asyncio
import os
import signal
import sys

LIMIT = 4 * 65536


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


class Server(asyncio.Protocol):
    """What the server says. `ended` gets the exit status."""

    def __init__(self, ended):
        self.ended = ended
        self.left = False
        self.rest = b""
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport):
        self.transport = transport
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            sys.stdout.buffer.write(text(line).encode() + b"\n")
        sys.stdout.flush()
        if len(self.rest) > LIMIT + 1:
            self.gone()

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
        if self.ended.done():
            return
        if not self.left:
            print("* disconnected", flush=True)
        self.ended.set_result(0 if self.left else 1)

    async def type(self):
        loop = asyncio.get_running_loop()
        while sys.stdin and (line := await loop.run_in_executor(None, sys.stdin.buffer.readline)):
            line = text(line.removesuffix(b"\n"))
            if line in ("quit", "exit"):
                break
            self.transport.write(f"{line}\n".encode())
            await self.writable.wait()
        self.left = True
        if not self.transport.is_closing():
            self.transport.write_eof()
        await asyncio.sleep(1)
        if not self.ended.done():
            self.ended.set_result(0)


async def talk(host, port):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    try:
        _, server = await loop.create_connection(lambda: Server(ended), host, port)
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
    options = parser.parse_args()
    # A thread that waits for the keyboard would keep asyncio.run() waiting, so the end is made
    # here.
    status = asyncio.new_event_loop().run_until_complete(talk(options.host, options.port))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
