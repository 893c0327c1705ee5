"""An echo server with coroutines: every visitor is served at once."""

import argparse
import asyncio
import signal
import socket
import sys


def port(text):
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port")
    return int(text)


def size(text):
    if not text.isdecimal() or not 1 <= int(text) <= 65536:
        raise argparse.ArgumentTypeError(f"{text} is no size")
    return int(text)


async def echo(connection, size):
    loop = asyncio.get_running_loop()
    try:
        while data := await loop.sock_recv(connection, size):
            await loop.sock_sendall(connection, data)
    except OSError:
        pass
    finally:
        connection.close()


async def serve(listener, size):
    loop = asyncio.get_running_loop()
    visits = set()
    while True:
        connection, _ = await loop.sock_accept(listener)
        connection.setblocking(False)
        visit = asyncio.create_task(echo(connection, size))
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
