"""The chat of lesson 06 on asyncio's streams: one thread, and a queue and two tasks a client.

Each line is put on each queue; each client's task sends all that waits on its queue as one. What a
client does not read waits in memory, without a bound. It is what the course's servers are held
against, in notebook 08 and in the benchmarks.
"""

import argparse
import asyncio
import socket

QUESTION = b"* what is your name?\n"


class Chat:
    """The members' queues; everything runs in one thread, so there is nothing to lock."""

    def __init__(self) -> None:
        self.queues: dict[bytes, asyncio.Queue[bytes]] = {}  # by name

    def tell(self, data: bytes, but: bytes = b"") -> None:
        """Queue these bytes for every member but one."""
        for name, queue in self.queues.items():
            if name != but:
                queue.put_nowait(data)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client from the question to the end."""
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer.write(QUESTION)
        name = (await reader.readline()).rstrip(b"\r\n")
        if not name or name in self.queues:
            writer.close()
            return
        self.tell(b"* " + name + b" joined\n")
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self.queues[name] = queue
        queue.put_nowait(b"* welcome, " + name + b"\n")
        sending = asyncio.create_task(send_what_waits(queue, writer))
        try:
            await self.take_lines(name, reader)
        except OSError:
            pass  # this client is gone; nobody else is concerned
        finally:
            del self.queues[name]
            self.tell(b"* " + name + b" left\n")
            sending.cancel()
            writer.close()

    async def take_lines(self, name: bytes, reader: asyncio.StreamReader) -> None:
        """Tell the others every line of one client until its stream ends."""
        async for line in reader:
            self.tell(name + b": " + line, but=name)


async def send_what_waits(queue: asyncio.Queue[bytes], writer: asyncio.StreamWriter) -> None:
    """Send all that is in a queue as one, again and again, until cancelled."""
    while True:
        data = [await queue.get()]
        while not queue.empty():
            data.append(queue.get_nowait())
        writer.write(b"".join(data))
        try:
            await writer.drain()
        except OSError:
            return  # gone: whoever reads from it will see that


async def run(port: int) -> None:
    """Serve until the process is ended."""
    chat = Chat()
    server = await asyncio.start_server(chat.serve, "127.0.0.1", port, backlog=1024)
    host, port = server.sockets[0].getsockname()
    print(f"listening on {host}:{port}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Run the server; with --uvloop on that event loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--uvloop", action="store_true")
    options = parser.parse_args()
    if options.uvloop:
        import uvloop  # type: ignore[import-not-found]

        uvloop.install()
    try:
        asyncio.run(run(options.port))
    except KeyboardInterrupt:
        pass  # that is how it is told to stop


if __name__ == "__main__":
    main()
