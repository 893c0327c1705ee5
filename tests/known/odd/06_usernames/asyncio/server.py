"""The room with asyncio's streams: one thread, one task a client, and no lock."""

import argparse
import asyncio
import re
import signal
import sys

from framing import LineSplitter, LineTooLong

QUESTION = "* what is your name?"
room = {}  # name in small letters -> writer
everyone = {}  # writer -> the task that serves it


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


def put(writers, line):
    """Put a line into these writers' buffers: nothing can come in between."""
    for writer in writers:
        writer.write(f"{line}\n".encode())


async def all_sent(writer, seconds=None):
    """Wait until nothing is left to send to this client; one that has gone is no error."""
    try:
        async with asyncio.timeout(seconds):
            await writer.drain()
    except OSError:
        pass


async def tell_others(name, line):
    """Tell all the others, and wait until they have it."""
    others = [writer for key, writer in room.items() if key != name.lower()]
    put(others, line)
    for writer in others:
        await all_sent(writer)


async def join(writer, name):
    """Let somebody in under this name; say why not, if not."""
    if not re.fullmatch("[-0-9A-Z_a-z]{1,20}", name, re.ASCII):
        return "* a name is 1 to 20 letters, digits, - or _"
    if name.lower() in room:
        return "* that name is taken"
    room[name.lower()] = writer
    put([writer], f"* welcome, {name}")
    await tell_others(name, f"* {name} joined")
    return ""


async def leave(writer, name):
    """Free the name, then tell the others; there may be no name, or no longer."""
    if name and room.get(name.lower()) is writer:
        del room[name.lower()]
        await tell_others(name, f"* {name} left")


async def hang_up(reader, writer):
    """Give the notice and wait a second for the end."""
    put([writer], "* line too long")
    await all_sent(writer, 30)
    writer.write_eof()
    async with asyncio.timeout(1):
        while await reader.read(4096):
            pass


async def serve(reader, writer, size):
    """Serve one client from the question to the end."""
    everyone[writer] = asyncio.current_task()
    writer.transport.set_write_buffer_limits(0)
    writer.transport.max_size = size
    splitter = LineSplitter()
    name = ""
    put([writer], QUESTION)
    try:
        try:
            while data := await reader.read(size):
                for line in splitter.feed(data):
                    if name and line:
                        await tell_others(name, f"{name}: {line}")
                    elif not name and (refusal := await join(writer, line)):
                        put([writer], f"{refusal}\n{QUESTION}")
                        await all_sent(writer)
                    elif not name:
                        name = line
        except LineTooLong:
            await leave(writer, name)
            await hang_up(reader, writer)
        await leave(writer, name)
        await all_sent(writer, 30)
    except OSError:
        pass
    finally:
        await leave(writer, name)
        del everyone[writer]
        writer.close()


async def main():
    """Serve until a signal comes; return the exit status."""
    given = options()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    async def one(reader, writer):
        await serve(reader, writer, given.buffer)

    try:
        server = await asyncio.start_server(one, given.host, given.port, backlog=1024)
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
