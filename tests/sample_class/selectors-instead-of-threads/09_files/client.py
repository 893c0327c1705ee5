"""A client with one thread and a selector (POSIX): nothing it does waits for anything else.

It ends as soon as the server has said goodbye. It sends a file in chunks of 50,000 bytes, and
several of them in turns; what it cannot keep under the announced name it does not keep.
"""

import argparse
import hashlib
import os
import re
import selectors
import signal
import socket
import stat
import sys
import time

LIMIT = 4 * 65536
ENOUGH = 65536  # bytes waiting to be sent, above which the keyboard has to wait
QUESTION = "* what is your name?"


def text(line):
    return line.removesuffix(b"\r").decode("utf-8", "replace")


def show(words):
    data = words.encode()
    while data:
        data = data[os.write(1, data) :]


class File:
    """A file that comes in. Raises OSError if it cannot be kept."""

    def __init__(self, folder, label, size, name):
        if os.sep in name or "\0" in name or name in ("", ".", ".."):
            raise OSError("not with such a name")
        self.sender, self.size, self.name = label.rpartition("/")[0], size, name
        self.folder = folder
        self.done = 0
        self.hash = hashlib.sha256()
        self.path = None
        while self.path is None:
            self.path = self.free()
            try:
                self.file = os.open(
                    f"{self.path}.part", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644
                )
            except FileExistsError:
                self.path = None

    def free(self):
        number = 0
        while True:
            path = os.path.join(self.folder, f"{self.name} ({number})" if number else self.name)
            if not os.path.lexists(path) and not os.path.lexists(f"{path}.part"):
                return path
            number += 1

    def add(self, data):
        self.done += len(data)
        self.hash.update(data)
        while data:
            data = data[os.write(self.file, data) :]

    def end(self, digest):
        if str(self.done) != self.size.lstrip("0") and self.done != int(self.size):
            raise OSError("the size is wrong")
        if digest != self.hash.hexdigest():
            raise OSError("the hash is wrong")
        path = self.path
        if os.path.lexists(path):
            path = self.free()
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        os.replace(f"{self.path}.part", path)
        os.close(self.file)
        show(f"* got {self.name} ({self.size} bytes) from {self.sender}\n")

    def lose(self):
        os.close(self.file)
        try:
            os.unlink(f"{self.path}.part")
        except OSError:
            pass
        show(f"* oh, {self.name} was lost\n")


def pieces(number, file, name):
    """Yield what to send of a file."""
    left = size = os.fstat(file.fileno()).st_size
    digest = hashlib.sha256()
    with file:
        yield f"/file {number} {size} {name}\n".encode()
        while left:
            data = file.read(min(50_000, left))
            if not data:
                yield f"/cancel {number}\n".encode()
                return
            left -= len(data)
            digest.update(data)
            yield f"/data {number} {len(data)}\n".encode() + data
            show(f"* sending {name}: {100 - 100 * left // size} %\n")
        yield f"/end {number} {digest.hexdigest()}\n".encode()


class Client:
    def __init__(self, connection, name, folder):
        self.folder = folder
        self.files = 0
        self.going = {}  # ID -> its pieces
        self.coming = {}  # label -> File
        self.chunk = None  # label and length
        connection.setblocking(False)
        self.connection = connection
        self.selector = selectors.SelectSelector()  # unlike epoll it takes plain files too
        self.name = name  # not said yet
        self.state = "new"  # then asked, named, welcomed
        self.early = []  # lines for the room, typed before the welcome
        self.typing = sys.stdin is not None
        self.typed = b""
        self.unsent = bytearray()
        self.heard = bytearray()
        self.leaving = False
        self.goodbye = False
        self.deadline = None

    def run(self):
        self.selector.register(self.connection, selectors.EVENT_READ)
        if self.typing:
            self.selector.register(0, selectors.EVENT_READ)
        while True:
            self.prepare()
            left = None if self.deadline is None else self.deadline - time.monotonic()
            if left is not None and left <= 0:
                return 0
            ready = {key.fileobj: events for key, events in self.selector.select(left)}
            if 0 in ready:  # what was typed before a prompt has to be read before it
                self.read()
            if ready.get(self.connection, 0) & selectors.EVENT_WRITE:
                self.send()
            if ready.get(self.connection, 0) & selectors.EVENT_READ:
                status = self.receive()
                if status is not None:
                    return status

    def prepare(self):
        """Watch what can be used now; shut down sending when all is said."""
        if len(self.unsent) < ENOUGH:
            for number, rest in list(self.going.items()):
                piece = next(rest, None)
                if piece is None:
                    del self.going[number]
                    self.leave_if_all_is_said()
                else:
                    self.unsent += piece
        if self.leaving and not self.unsent and self.deadline is None:
            try:
                self.connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server is gone: the next recv() says so
            self.deadline = time.monotonic() + 1
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        self.selector.modify(self.connection, events)
        watched = 0 in self.selector.get_map()
        wanted = self.typing and len(self.unsent) < ENOUGH
        if wanted and not watched:
            self.selector.register(0, selectors.EVENT_READ)
        elif watched and not wanted:
            self.selector.unregister(0)

    # -- the keyboard -------------------------------------------------------------------

    def read(self):
        """Take what has been typed by now."""
        while self.typing and len(self.unsent) < ENOUGH:
            data = os.read(0, 4096)
            *lines, self.typed = (self.typed + data).split(b"\n")
            if not data:
                lines = [self.typed] if self.typed else []
            for line in map(text, lines):
                if line in ("quit", "exit"):
                    data = b""
                    break
                self.take(line)
            if not data:
                self.typing = False
                self.leave_if_all_is_said()
            with selectors.SelectSelector() as one:
                one.register(0, selectors.EVENT_READ)
                if not one.select(0):
                    return

    def take(self, line):
        """A typed line is the answer to the prompt, or for the room."""
        if self.state == "welcomed":
            self.obey(line)
        elif self.state == "asked":
            self.state = "named"
            self.say(line)
        else:
            self.early.append(line)

    def obey(self, line):
        """Say a line in the room, or do what it asks for."""
        if re.match("/(file|data|end)( |$)", line):
            show("* type /sendfile PATH for that\n")
        elif re.match("/sendfile( |$)", line):
            path = line[10:]
            try:
                if not stat.S_ISREG(os.stat(path).st_mode):
                    raise OSError("no plain file")
                file = open(path, "rb")  # noqa: SIM115
            except OSError as error:
                show(f"* {path} cannot be sent: {error}\n")
                return
            self.files += 1
            name = os.path.basename(path)
            show(f"* sending {name} as {self.files}\n")
            self.going[str(self.files)] = pieces(self.files, file, name)
        else:
            if line.startswith("/cancel "):
                self.going.pop(line[8:], None)
            self.say(line)

    def leave_if_all_is_said(self):
        """Leave when nothing is left to say, or nobody is left to answer the prompt."""
        if self.typing or self.going:
            return
        waits = self.name is not None or (self.state == "named" and self.early)
        self.leaving = self.leaving or not waits

    # -- the server ---------------------------------------------------------------------

    def say(self, line):
        self.unsent += f"{line}\n".encode()

    def send(self):
        try:
            del self.unsent[: self.connection.send(self.unsent)]
        except BlockingIOError:
            pass  # a false alarm
        except OSError:
            self.unsent.clear()  # the next recv() says that the server is gone

    def receive(self):
        """Take what has come; return the exit status if that was all."""
        try:
            data = self.connection.recv(65536)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        self.heard += data
        while self.take_one():
            if self.goodbye:
                return self.end(0)
        if data and (self.chunk or len(self.heard) <= LIMIT + 1):
            return None
        if self.leaving:
            return self.end(0)
        return self.end(1)

    def end(self, status):
        """Give up what is not whole; return the status."""
        for label in list(self.coming):
            self.coming.pop(label).lose()
        if status:
            show("* disconnected\n")
        return status

    def take_one(self):
        """Take one line, or one chunk; return whether there was one."""
        if self.chunk:
            label, count = self.chunk
            if len(self.heard) < count:
                return False
            data = bytes(self.heard[:count])
            del self.heard[:count]
            self.chunk = None
            self.give(label, File.add, data)
            return True
        end = self.heard.find(b"\n")
        if end < 0:
            return False
        line = text(bytes(self.heard[:end]))
        del self.heard[: end + 1]
        self.sort(line)
        return True

    def sort(self, line):
        """A line may be about a file, or for the eye."""
        if begin := re.fullmatch("/file (.+?) ([0-9]{1,15}) (.+)", line, re.DOTALL):
            label, size, name = begin.groups()
            if label in self.coming:
                self.coming.pop(label).lose()
            try:
                os.makedirs(self.folder, exist_ok=True)
                self.coming[label] = File(self.folder, label, size, name)
            except OSError as error:
                show(f"* no {name} for us: {error}\n")
        elif chunk := re.fullmatch("/data (.+) ([0-9]{1,5})", line):
            self.chunk = (chunk[1], int(chunk[2]))
        elif last := re.fullmatch("/end (.+) (.+)", line):
            self.give(last[1], File.end, last[2])
            self.coming.pop(last[1], None)
        elif off := re.fullmatch("/cancel (.+)", line):
            if off[1] in self.coming:
                self.coming.pop(off[1]).lose()
        else:
            show(f"{line}\n")
            if off := re.match(r"\* transfer ([0-9]+) cancelled: ", line):
                self.going.pop(off[1], None)
                self.leave_if_all_is_said()
            self.goodbye = line == "* goodbye"
            self.hear(line)

    def give(self, label, what, value):
        """Do something with the file of this label, if there is one."""
        file = self.coming.get(label)
        try:
            if file:
                what(file, value)
        except OSError:
            self.coming.pop(label).lose()

    def hear(self, line):
        """Answer the question; say what waited for the welcome."""
        if self.state == "welcomed":
            return
        if line == QUESTION and self.name is not None:
            self.state = "named"
            self.say(self.name)
            self.name = None
        elif line == QUESTION:
            self.state = "asked"
            show("username: ")
        elif line.startswith("* welcome, "):
            self.state = "welcomed"
            for early in self.early:
                self.obey(early)
            self.early.clear()
        else:
            return
        self.leave_if_all_is_said()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--name")
    parser.add_argument("--downloads", default="downloads")
    options = parser.parse_args()
    client = None

    def stop(*_):
        if client:
            client.end(0)
        os._exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        connection = socket.create_connection((options.host, options.port))
    except OSError as error:
        print(f"cannot connect to {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    client = Client(connection, options.name, options.downloads)
    return client.run()


if __name__ == "__main__":
    sys.exit(main())
