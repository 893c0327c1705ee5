"""The service of lesson 03 with asyncio on plain sockets: one thread, one task a client."""

import argparse
import asyncio
import contextlib
import signal
import socket
import sys

from framing import LineSplitter, LineTooLong


def options():
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    return parser.parse_args()


async def throw_away(loop, connection):
    """Read until the client has ended its stream."""
    while await loop.sock_recv(connection, 4096):
        pass


async def answer(loop, connection, size):
    """Answer every line of one client."""
    splitter, number = LineSplitter(), 0
    try:
        while data := await loop.sock_recv(connection, size):
            for line in splitter.feed(data):
                number += 1
                await loop.sock_sendall(connection, f"{number}: {line}\n".encode())
    except LineTooLong:
        async with asyncio.timeout(30):
            await loop.sock_sendall(connection, b"* line too long\n")
        connection.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(1):
            await throw_away(loop, connection)


async def serve(loop, connection, size):
    """Serve one client, and close its connection however that went."""
    with contextlib.suppress(OSError), connection:
        await answer(loop, connection, size)


async def main():
    """Accept until a signal comes; return the exit status."""
    given = options()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    try:
        listener = socket.create_server((given.host, given.port), backlog=1024)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)

    async def accept():
        while True:
            connection, _ = await loop.sock_accept(listener)
            connection.setblocking(False)
            task = asyncio.create_task(serve(loop, connection, given.buffer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    tasks = set()
    accepting = asyncio.create_task(accept())
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    await stopped.wait()
    for task in (accepting, *tasks):
        task.cancel()
    listener.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
