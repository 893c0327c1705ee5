"""Numbered lines with coroutines: every visitor is served at once."""

import argparse
import asyncio
import signal
import socket
import sys

MAX_LINE = 65536


def port(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def size(text):
    if not text.isdecimal() or not 1 <= int(text) <= 65536:
        raise argparse.ArgumentTypeError(f"{text} is no size")
    return int(text)


class Stream:
    """Lines from a connection; None when it has ended or a line was too long."""

    def __init__(self, connection, size):
        self.connection = connection
        self.size = size
        self.rest = bytearray()
        self.too_long = False

    async def line(self):
        loop = asyncio.get_running_loop()
        searched = 0
        while (end := self.rest.find(b"\n", searched)) < 0:
            searched = len(self.rest)
            if len(self.rest.removesuffix(b"\r")) > MAX_LINE:
                self.too_long = True
                return None
            data = await loop.sock_recv(self.connection, self.size)
            if not data:
                return None
            self.rest += data
        line = bytes(self.rest[:end]).removesuffix(b"\r")
        del self.rest[: end + 1]
        self.too_long = len(line) > MAX_LINE
        return None if self.too_long else line


async def throw_away(connection, size):
    while await asyncio.get_running_loop().sock_recv(connection, size):
        pass


async def answer(connection, size):
    loop = asyncio.get_running_loop()
    stream = Stream(connection, size)
    number = 0
    try:
        while (line := await stream.line()) is not None:
            number += 1
            text = line.decode(errors="replace")
            await loop.sock_sendall(connection, f"{number}: {text}\n".encode())
        if stream.too_long:
            await loop.sock_sendall(connection, b"* line too long\n")
            connection.shutdown(socket.SHUT_WR)
            await asyncio.wait_for(throw_away(connection, size), 1)
    except (OSError, TimeoutError):
        pass
    finally:
        connection.close()


async def serve(listener, size):
    loop = asyncio.get_running_loop()
    visits = set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        connection.setblocking(False)
        visit = asyncio.create_task(answer(connection, size))
        visits.add(visit)
        visit.add_done_callback(visits.discard)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=port, default=5555)
    parser.add_argument("--buffer", type=size, default=4096)
    options = parser.parse_args()
    try:
        listener = socket.create_server((options.host, options.port))
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    serving = asyncio.create_task(serve(listener, options.buffer))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, serving.cancel)
    print("listening on {}:{}".format(*listener.getsockname()), flush=True)
    try:
        await serving
    except asyncio.CancelledError:
        return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
