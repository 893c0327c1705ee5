"""A client that sends typed lines at once and does not wait for one echo before the next."""

import argparse
import asyncio
import os
import signal
import sys

NEVER = -1  # so many bytes of an echo do not come


async def type_lines(writer):
    loop = asyncio.get_running_loop()
    sent = 0
    while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
        data = line if line.endswith(b"\n") else line + b"\n"
        sent += len(data)
        writer.write(data)
        try:
            await writer.drain()
        except OSError:
            return NEVER  # one that is left to the task would be a traceback
    return sent


async def print_echo(reader, show):
    try:
        while data := await reader.read(4096):
            show(data)
    except OSError:
        pass


async def talk(host, port):
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        print(f"cannot connect to {host}:{port}: {error}", file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, os._exit, 0)
    printed, left, done = 0, None, asyncio.Event()

    def show(data):
        nonlocal printed
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        printed += len(data)
        if printed == left:
            done.set()

    printing = asyncio.create_task(print_echo(reader, show))
    typing = asyncio.create_task(type_lines(writer))
    await asyncio.wait({printing, typing}, return_when=asyncio.FIRST_COMPLETED)
    if typing.done():
        left = typing.result()
        if printed < left:
            waiting = asyncio.create_task(done.wait())
            await asyncio.wait({printing, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if printed == left:
            return 0
    print("the server hung up", file=sys.stderr)
    return 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    options = parser.parse_args()
    # A thread that waits for the keyboard would keep run() waiting, so the end is made here.
    loop = asyncio.new_event_loop()
    status = loop.run_until_complete(talk(options.host, options.port))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
