"""The service of lesson 08 with asyncio's streams: readuntil() and readexactly()."""

import argparse
import asyncio
import base64
import binascii
import contextlib
import re
import signal
import sys

MAX_LINE = MAX_CHUNK = 65536


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


class Refused(Exception):
    """The client is thrown out with these words."""


async def head(reader):
    """Return the bytes of the next line, without its end."""
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        line = await reader.readexactly(MAX_LINE + 1)
        if not line.endswith(b"\r") or await reader.readexactly(1) != b"\n":
            raise Refused("line too long") from None
        return line[:-1]
    return line[:-1].removesuffix(b"\r")


async def answer(reader):
    """Read one frame and return its answer."""
    line = await head(reader)
    if line.startswith(b"base64 "):
        letters = line.removeprefix(b"base64 ")
        with contextlib.suppress(binascii.Error):
            payload = binascii.a2b_base64(letters)
            if binascii.b2a_base64(payload, newline=False) == letters:
                return b"base64 " + base64.b64encode(payload[::-1]) + b"\n"
        return b"* not base64\n"
    found = re.fullmatch(rb"bytes ([0-9]{1,9})", line)
    if not found or int(found[1]) > MAX_CHUNK:
        raise Refused("bad frame")
    payload = await reader.readexactly(int(found[1]))
    return line + b"\n" + payload[::-1]


async def throw_out(reader, writer, notice):
    """Say why, end our side, and wait a little for the other."""
    writer.write(f"* {notice}\n".encode())
    async with asyncio.timeout(30):
        await writer.drain()
    writer.write_eof()
    async with asyncio.timeout(1):
        while await reader.read(65536):
            pass


async def talk(reader, writer):
    """Serve one client."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        try:
            while True:
                writer.write(await answer(reader))
                await writer.drain()
        except Refused as notice:
            await throw_out(reader, writer, notice)
    writer.close()


async def main():
    """Accept until a signal comes; return the exit status."""
    given = options()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    try:
        server = await asyncio.start_server(
            talk, given.host, given.port, limit=MAX_LINE, backlog=1024
        )
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port}", flush=True)
    await stopped.wait()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
