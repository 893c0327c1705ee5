"""The room of lesson 09 with selectors: one thread, no lock, and nothing waits but select()."""

import argparse
import re
import selectors
import signal
import socket
import sys
import time
import unicodedata

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
MAX_LINE = MAX_CHUNK = 65536
QUESTION = "* what is your name?"
NO_NAME = "* a name is 1 to 20 letters, digits, - or _"
TAKEN = "* that name is taken"
HELP = {
    "/who": "/who",
    "/msg": "/msg NAME TEXT",
    "/nick": "/nick NEW",
    "/file": "/file ID SIZE NAME",
    "/data": "/data ID N",
    "/end": "/end ID SHA256",
    "/cancel": "/cancel ID",
    "/help": "/help",
    "/quit": "/quit",
}
everyone = {}  # connection -> Client
room = {}  # name in lower case -> Client
selector = selectors.DefaultSelector()


class Client:
    """One connection. state: talking, leaving (close when all is sent), lingering (hung up on)."""

    def __init__(self, connection):
        self.connection = connection
        self.name = None
        self.files = {}  # ID -> [label, size, name, bytes so far, those who get it]
        self.chunk = None  # ID and length of the chunk that comes now
        self.came = bytearray()  # received and not served yet
        self.ended = False  # no more will come
        self.out = bytearray()
        self.state = "talking"
        self.silent = False
        self.deadline = float("inf")

    def tell(self, line):
        """Send a line, or keep what cannot be sent now."""
        self.out += f"{line}\n".encode()
        flush(self)

    def put(self, data):
        """Send bytes, or keep what cannot be sent now."""
        self.out += data
        flush(self)

    def hang_up(self, notice):
        """Leave the room, say the notice, and wait for the client's end."""
        leave(self)
        self.state = "lingering"
        self.deadline = time.monotonic() + 30
        self.tell(notice)


def is_name(text):
    """Whether this may be a name."""
    return re.fullmatch("[A-Za-z0-9_-]{1,20}", text) is not None


def owner(name):
    """Return who has this name, or None."""
    return room.get(name.lower()) if is_name(name) else None


def say(line, but=None):
    """Tell the room a line."""
    for member in list(room.values()):
        if member is not but:
            member.tell(line)


def leave(client):
    """Take somebody out of the room, if there."""
    if client.name is not None and room.get(client.name.lower()) is client:
        for number in list(client.files):
            stop(client, number)
        del room[client.name.lower()]
        say(f"* {client.name} left")


# -- what a line means ----------------------------------------------------------------------


def greet(client, name):
    """Take the answer to the question."""
    if is_name(name) and not owner(name):
        client.name = name
        client.tell(f"* welcome, {name}")
        say(f"* {name} joined")
        room[name.lower()] = client
    else:
        client.tell(TAKEN if is_name(name) else NO_NAME)
        client.tell(QUESTION)


def serve_line(client, line):
    """Serve one line of somebody."""
    if client.name is None:
        greet(client, line)
    elif line == "/data" or line.startswith("/data "):
        words = re.fullmatch("/data ([0-9]{1,9}) ([0-9]{1,9})", line)
        if words and 1 <= int(words[2]) <= MAX_CHUNK:
            client.chunk = (words[1], words[2])
        else:
            client.hang_up("* bad frame")
    elif line[:1] == "/" != line[1:2]:
        command(client, *line.partition(" "))
    elif line:
        say(f"{client.name}: {line[1:] if line[:1] == '/' else line}", but=client)


def command(client, word, space, rest):
    """Serve a command."""
    name, _, text = rest.partition(" ")
    if word in FILES:
        words = re.fullmatch(FILES[word][0], rest, re.DOTALL)
        if words:
            FILES[word][1](client, *words.groups())
        else:
            client.tell(f"* usage: {HELP[word]}")
    elif word not in HELP:
        client.tell(f"* unknown command /{word[1:21]}, try /help")
    elif {"/msg": not name or not text, "/nick": not rest}.get(word, bool(space)):
        client.tell(f"* usage: {HELP[word]}")
    elif word == "/who":
        here = sorted((member.name for member in room.values()), key=str.lower)
        client.tell(f"* here: {', '.join(here)}")
    elif word == "/msg":
        whisper(client, name, text)
    elif word == "/nick":
        rename(client, rest)
    elif word == "/help":
        client.tell("\n".join(f"* {form}" for form in HELP.values()))
    else:
        client.hang_up("* goodbye")


def whisper(client, name, text):
    """Tell one person something."""
    receiver = owner(name)
    if receiver:
        receiver.tell(f"{client.name} (private): {text}")
        client.tell(f"* told {receiver.name}")
    else:
        client.tell(f"* no one here is called {name}")


def rename(client, new):
    """Give somebody a new name."""
    if not is_name(new):
        client.tell(NO_NAME)
    elif owner(new) not in (None, client):
        client.tell(TAKEN)
    else:
        old = client.name
        del room[old.lower()]
        client.name = new
        room[new.lower()] = client
        say(f"* {old} is now {new}")


# -- files ----------------------------------------------------------------------------------


def harmless(name):
    """Whether a file may have this name."""
    if name.startswith(".") or not name.strip(" ") or len(name.encode()) > 200:
        return False
    return not any(one in "/\\" or unicodedata.category(one) == "Cc" for one in name)


def off(client, number):
    """Say that nothing comes of it."""
    client.tell(f"* transfer {number} cancelled: no")


def stop(client, number):
    """Tell those who get a file that it will not come; return whether there was one."""
    if number not in client.files:
        return False
    label, _, _, _, who = client.files.pop(number)
    for one in who:
        one.tell(f"/cancel {label}")
    return True


def announce(client, number, size, name):
    """Open a file."""
    label = f"{client.name}/{number}"
    taken = any(label == file[0] for one in room.values() for file in one.files.values())
    if stop(client, number) or taken or not harmless(name):
        off(client, number)
        return
    who = [one for one in room.values() if one is not client]
    client.files[number] = [label, size, name, 0, who]
    for one in who:
        one.tell(f"/file {label} {size} {name}")


def end(client, number, digest):
    """Close a file."""
    label, size, name, done, who = client.files.get(number, (0, 1, 0, 0, 0))
    if done != int(size) or not re.fullmatch("[0-9a-f]{64}", digest):
        stop(client, number)
        off(client, number)
        return
    del client.files[number]
    for one in who:
        one.tell(f"/end {label} {digest}")
    here = [one.name for one in who if room.get(one.name.lower()) is one]
    whom = ", ".join(sorted(here, key=str.lower)) or "nobody"
    client.tell(f"* sent {name} ({size} bytes) to {whom}")


def cancel(client, number):
    """Stop a file, and say so."""
    stop(client, number)
    off(client, number)


def pass_on(client, number, digits, data):
    """Send a chunk to those who get its file."""
    file = client.files.get(number)
    if file is None or file[3] + len(data) > int(file[1]):
        cancel(client, number)
        return
    file[3] += len(data)
    for one in file[4]:
        one.put(f"/data {file[0]} {digits}\n".encode() + data)


FILES = {
    "/file": ("([0-9]{1,9}) ([0-9]{1,15}) (.+)", announce),
    "/end": ("([0-9]{1,9}) (.+)", end),
    "/cancel": ("([0-9]{1,9})", cancel),
}


# -- bytes ----------------------------------------------------------------------------------


def stalled():
    """Whether somebody in the room has not taken what was said."""
    return any(member.out for member in room.values())


def without_cr(line):
    """Take one carriage return off."""
    return line[:-1] if line.endswith(b"\r") else line


def serve_next(client):
    """Serve the next line of a client, or its end; return whether there was something to serve."""
    if client.state != "talking" or client.out:
        return False
    if client.chunk and len(client.came) >= int(client.chunk[1]):
        (number, digits), client.chunk = client.chunk, None
        data = bytes(client.came[: int(digits)])
        del client.came[: int(digits)]
        pass_on(client, number, digits, data)
        return True
    end = -1 if client.chunk else client.came.find(b"\n")
    if client.chunk and not client.ended:
        return False
    line = without_cr(client.came[: end if end >= 0 else MAX_LINE + 2])
    if len(line) > MAX_LINE and not client.chunk:
        client.came.clear()
        client.hang_up("* line too long")
    elif end >= 0:
        del client.came[: end + 1]
        serve_line(client, line.decode(errors="replace"))
    elif client.ended:
        leave(client)
        client.state = "leaving"
        client.deadline = time.monotonic() + 30
        flush(client)
    else:
        return False
    return True


def serve_all():
    """Serve everybody in turns, a line each, as long as the room takes what is said."""
    waiting = list(everyone.values())
    while waiting and not stalled():
        waiting = [client for client in waiting if not stalled() and serve_next(client)]


def receive(client, size):
    """Take what has come from a client."""
    try:
        data = client.connection.recv(size)
    except BlockingIOError:
        return
    except OSError:
        close(client)
        return
    if client.state == "talking":
        client.came += data
        client.ended = not data
    elif not data:
        close(client)


def flush(client):
    """Send what can be sent now; when all is sent, go on with the end."""
    try:
        while client.out:
            del client.out[: client.connection.send(client.out)]
        if client.state == "leaving":
            close(client)
        elif client.state == "lingering" and not client.silent:
            client.connection.shutdown(socket.SHUT_WR)
            client.silent = True
            client.deadline = time.monotonic() + 1
    except BlockingIOError:
        pass
    except OSError:
        client.out.clear()
        client.came.clear()
        client.state = "broken"  # closed when nobody loops over the room any more


def close(client):
    """Forget a client and close its connection."""
    if everyone.pop(client.connection, None):
        if client.connection in selector.get_map():
            selector.unregister(client.connection)
        client.connection.close()
        leave(client)


def accept(listener):
    """Let in who waits."""
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client = everyone[connection] = Client(connection)
        client.tell(QUESTION)


def watch(client, all_may_talk):
    """Say what this client is waited for."""
    may_talk = client.state == "talking" and all_may_talk and not client.ended and not client.out
    events = READ if may_talk or client.state == "lingering" else 0
    events |= WRITE if client.out else 0
    known = selector.get_map().get(client.connection)
    if known and not events:
        selector.unregister(client.connection)
    elif known and known.events != events:
        selector.modify(client.connection, events, client)
    elif not known and events:
        selector.register(client.connection, events, client)


def serve(listener, stop, size):
    """Serve until a stop signal has come."""
    selector.register(listener, READ, "listener")
    selector.register(stop, READ, "stop")
    while True:
        for key, events in selector.select(0.1):
            if key.data == "stop":
                return
            if key.data == "listener":
                accept(listener)
                continue
            if events & WRITE:
                flush(key.data)
            if events & READ and key.data.connection in everyone:
                receive(key.data, size)
        serve_all()
        for client in list(everyone.values()):
            if client.state == "broken" or client.deadline < time.monotonic():
                close(client)
        may_talk = not stalled()
        for client in everyone.values():
            watch(client, may_talk)


def main():
    """Run the server; return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, choices=range(65536), default=5555, metavar="N")
    parser.add_argument("--buffer", type=int, choices=range(1, 65537), default=4096, metavar="N")
    given = parser.parse_args()
    try:
        listener = socket.create_server((given.host, given.port), backlog=1024)
    except OSError as error:
        print(f"cannot listen on {given.host}:{given.port}: {error}", file=sys.stderr)
        return 1
    listener.setblocking(False)
    stop, signalled = socket.socketpair()
    signalled.setblocking(False)
    signal.set_wakeup_fd(signalled.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: None)
    host, port = listener.getsockname()
    print(f"listening on {host}:{port}", flush=True)
    serve(listener, stop, given.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
