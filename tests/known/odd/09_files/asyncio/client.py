"""A client with asyncio: a protocol for the server, a thread for the keyboard.

Files that come are kept under the base name of what was announced, if there is one; of what is
cut off at 100 bytes there is only the beginning. One file is sent after the other.
"""

import argparse
import asyncio
import hashlib
import os
import signal
import stat
import sys
import threading

LIMIT = 4 * 65536
CHUNK = 10_000


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def show(words):
    sys.stdout.buffer.write(words.encode())
    sys.stdout.buffer.flush()


class Coming:
    """A file that comes."""

    def __init__(self, folder, label, size, name):
        kept = os.path.basename(name.replace("\0", "").replace("\\", "/"))[:100]
        kept = "file" if kept in ("", ".", "..") else kept
        self.sender, self.size, self.name = label.rpartition("/")[0], size, name
        self.left = int(size)
        self.hash = hashlib.sha256()
        self.folder = folder
        for tried in self.places(kept):
            if not os.path.lexists(tried):
                try:
                    self.file = open(f"{tried}.part", "xb")  # noqa: SIM115
                except FileExistsError:
                    continue
                self.path = tried
                return

    def places(self, name):
        yield os.path.join(self.folder, name)
        number = 0
        while number := number + 1:
            yield os.path.join(self.folder, f"{name} ({number})")

    def add(self, data):
        self.left -= len(data)
        self.hash.update(data)
        self.file.write(data)

    def close(self, digest):
        self.file.close()
        if self.left or digest != self.hash.hexdigest():
            raise OSError("not as it was sent")
        for path in self.places(os.path.basename(self.path)):
            try:
                os.link(f"{self.path}.part", path)
                break
            except FileExistsError:
                continue
        os.unlink(f"{self.path}.part")
        show(f"* got {self.name} ({self.size} bytes) from {self.sender}\n")

    def drop(self):
        self.file.close()
        try:
            os.unlink(f"{self.path}.part")
        except OSError:
            pass
        show(f"* {self.name} will not come\n")


class Conversation(asyncio.Protocol):
    """Everything happens in the loop's thread, but for readline(). ended: gets the status."""

    def __init__(self, options, ended):
        self.name = options.name
        self.folder = options.downloads
        self.ended = ended
        self.early = []
        self.asked = self.named = self.welcomed = False
        self.typing = True
        self.left = self.goodbye = False
        self.rest = bytearray()
        self.chunk = None  # label and length of the chunk that comes now
        self.coming = {}  # label -> Coming
        self.files = 0
        self.going = []  # numbers of files that are to be sent
        self.goes = asyncio.Event()  # the kernel takes more
        self.goes.set()
        self.writable = threading.Event()  # the keyboard's thread waits for it
        self.writable.set()

    # -- the server ---------------------------------------------------------------------

    def connection_made(self, transport):
        self.transport = transport
        self.loop = asyncio.get_running_loop()
        transport.set_write_buffer_limits(high=65536)
        threading.Thread(target=self.read_keyboard, daemon=True).start()

    def data_received(self, data):
        self.rest += data
        while self.takes():
            pass
        if not self.chunk and b"\n" not in self.rest and len(self.rest) > LIMIT + 1:
            self.gone()

    def takes(self):
        """Take a line or a chunk; return whether there was one."""
        if self.chunk:
            label, count = self.chunk
            if len(self.rest) < count:
                return False
            data = bytes(self.rest[:count])
            del self.rest[:count]
            self.chunk = None
            self.try_with(label, Coming.add, data)
            return True
        end = self.rest.find(b"\n")
        if end < 0:
            return False
        line = text(bytes(self.rest[:end]))
        del self.rest[: end + 1]
        self.hears(line)
        return True

    def hears(self, line):
        word, *rest = line.split(" ", 3)
        if word == "/data":
            self.chunk = (rest[0], int(rest[1]))
        elif word == "/file" and len(rest) == 3 and rest[1].isdigit():
            self.announced(*rest)
        elif word == "/end" and len(rest) == 2:
            self.try_with(rest[0], Coming.close, rest[1])
            self.coming.pop(rest[0], None)
        elif word == "/cancel" and len(rest) == 1:
            if file := self.coming.pop(rest[0], None):
                file.drop()
        else:
            show(f"{line}\n")
            self.goodbye = line == "* goodbye"
            if line.startswith("* transfer "):
                self.forgets(line.split(" ")[2])
            if not self.welcomed:
                self.handshake(line)

    def announced(self, label, size, name):
        if file := self.coming.pop(label, None):
            file.drop()
        try:
            os.makedirs(self.folder, exist_ok=True)
            self.coming[label] = Coming(self.folder, label, size, name)
        except OSError as error:
            show(f"* {name} cannot be kept: {error}\n")

    def try_with(self, label, what, value):
        if file := self.coming.get(label):
            try:
                what(file, value)
            except OSError:
                self.coming.pop(label).drop()

    def handshake(self, line):
        if line.startswith("* welcome, "):
            self.welcomed = True
            while self.early:
                self.say(self.early.pop(0))
        elif line != "* what is your name?":
            return
        elif self.name is not None:
            self.named = True
            self.put(self.name)
            self.name = None
        else:
            show("username: ")
            self.asked, self.named = True, False
        self.leave_at_the_end()

    def put(self, line):
        if not self.transport.is_closing():
            self.transport.write(f"{line}\n".encode())

    def pause_writing(self):
        self.goes.clear()

    def resume_writing(self):
        self.goes.set()
        self.writable.set()

    def eof_received(self):
        self.gone()
        return True

    def connection_lost(self, error):
        self.gone()

    def gone(self):
        for label in list(self.coming):
            self.coming.pop(label).drop()
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
            self.writable.clear()
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
            self.put(line)
        else:
            self.early.append(line)
        if self.going or self.goes.is_set():
            self.writable.set()
        self.leave_at_the_end()

    def say(self, line):
        """Say a line in the room, or do what it asks for."""
        word, _, rest = line.partition(" ")
        if word in ("/file", "/data", "/end"):
            show("* that is done by /sendfile\n")
        elif word == "/sendfile":
            self.begins(rest)
        else:
            if word == "/cancel":
                self.forgets(rest)
            self.put(line)

    def leave_at_the_end(self):
        if self.typing or self.left or self.name is not None or (self.named and self.early):
            return
        if self.going:
            return
        self.left = True
        if not self.transport.is_closing():
            self.transport.write_eof()
        self.loop.call_later(1, self.gone)

    # -- files that go ------------------------------------------------------------------

    def begins(self, path):
        try:
            if not stat.S_ISREG(os.stat(path).st_mode):
                raise OSError("this is no file")
            file = open(path, "rb")  # noqa: SIM115
        except OSError as error:
            show(f"* {path}: {error}\n")
            return
        self.files += 1
        number = str(self.files)
        show(f"* sending {os.path.basename(path)} as {number}\n")
        self.going.append(number)
        if len(self.going) == 1:
            self.task = self.loop.create_task(self.sends(number, file, os.path.basename(path)))
        else:
            before = self.task
            self.task = self.loop.create_task(
                self.sends(number, file, os.path.basename(path), before)
            )

    async def sends(self, number, file, name, before=None):
        if before:
            await before
        size = left = os.fstat(file.fileno()).st_size
        digest = hashlib.sha256()
        with file:
            if number in self.going:
                self.put(f"/file {number} {size} {name}")
            while left and number in self.going and not self.transport.is_closing():
                chunk = file.read(min(CHUNK, left))
                left -= len(chunk)
                digest.update(chunk)
                self.transport.write(f"/data {number} {len(chunk)}\n".encode() + chunk)
                if left // 100_000 != (left + len(chunk)) // 100_000:
                    show(f"* sending {name}: {100 * (size - left) // size} %\n")
                await self.goes.wait()
                await asyncio.sleep(0)
        if number in self.going:
            self.going.remove(number)
            self.put(f"/end {number} {digest.hexdigest()}")
        self.leave_at_the_end()

    def forgets(self, number):
        if number in self.going:
            self.going.remove(number)


async def talk(options):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    try:
        _, conversation = await loop.create_connection(
            lambda: Conversation(options, ended), options.host, options.port
        )
    except OSError as error:
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1

    def stop():
        conversation.left = True
        conversation.gone()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return await ended


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--name")
    parser.add_argument("--downloads", default="downloads")
    # The thread that waits for the keyboard must not keep the program waiting.
    status = asyncio.new_event_loop().run_until_complete(talk(parser.parse_args()))
    sys.stderr.flush()
    os._exit(status)
