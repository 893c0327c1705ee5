import argparse, selectors, signal, socket, sys, time

MAX, HIGH = 65536, 1 << 20
sel = selectors.DefaultSelector()
room = {}          # socket -> Peer


class Peer:
    __slots__ = "sock", "inbuf", "out", "state", "until"

    def __init__(self, sock):
        self.sock, self.inbuf, self.out = sock, bytearray(), bytearray(b"* welcome\n")
        self.state, self.until = "in", None     # in, flush (then close), linger


def full():
    return any(len(p.out) > HIGH for p in room.values())


def interest():
    stop = full()
    for p in list(room.values()):
        want = selectors.EVENT_WRITE if p.out else 0
        if p.state == "linger" or (p.state == "in" and not stop):
            want |= selectors.EVENT_READ
        try:
            key = sel.get_key(p.sock)
            if not want:
                sel.unregister(p.sock)
            elif key.events != want:
                sel.modify(p.sock, want, p)
        except KeyError:
            if want:
                sel.register(p.sock, want, p)


def drop(p):
    room.pop(p.sock, None)
    try:
        sel.unregister(p.sock)
    except KeyError:
        pass
    p.sock.close()


def tell(sender, line):
    data = line.decode("utf-8", errors="replace").encode() + b"\n"
    for p in room.values():
        if p is not sender and p.state == "in":
            p.out += data


def scold(p):
    p.out += b"* line too long\n"
    p.state, p.until = "scold", time.monotonic() + 30
    p.inbuf.clear()


def read(p, size):
    data = p.sock.recv(size)
    if p.state == "linger":
        if not data:
            drop(p)
        return
    if not data:
        p.state, p.until = "flush", time.monotonic() + 30
        if not p.out:
            drop(p)
        return
    start = len(p.inbuf)
    p.inbuf += data
    while (at := p.inbuf.find(b"\n", start)) >= 0:
        line = bytes(p.inbuf[:at]).removesuffix(b"\r")
        del p.inbuf[:at + 1]
        start = 0
        if len(line) > MAX:
            return scold(p)
        tell(p, line)
    if len(p.inbuf) > MAX + p.inbuf.endswith(b"\r"):
        scold(p)


def write(p):
    if p.out:
        p.sock.send(p.out)
        p.out.clear()
    if not p.out and p.state == "flush":
        drop(p)
    elif not p.out and p.state == "scold":
        p.sock.shutdown(socket.SHUT_WR)
        p.state, p.until = "linger", time.monotonic() + 1


def serve(door, size, waker):
    door.setblocking(False)
    sel.register(door, selectors.EVENT_READ, "door")
    sel.register(waker, selectors.EVENT_READ, "signal")
    while True:
        interest()
        timed = [p for p in room.values() if p.until]
        wait = max(0, min((p.until for p in timed), default=0) - time.monotonic()) if timed else None
        for key, mask in sel.select(wait):
            if key.data == "signal":
                return
            if key.data == "door":
                try:
                    s, _ = door.accept()
                except OSError:
                    continue
                s.setblocking(False)
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
                room[s] = Peer(s)
                continue
            p = key.data
            if p.sock not in room:
                continue
            try:
                if mask & selectors.EVENT_READ:
                    read(p, size)
                if mask & selectors.EVENT_WRITE and p.sock in room:
                    write(p)
            except BlockingIOError:
                pass
            except OSError:
                drop(p)
        for p in timed:
            if p.sock in room and p.until <= time.monotonic():
                drop(p)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--host", default="127.0.0.1")
    ap.add_argument("--port", type=int, default=5555)
    ap.add_argument("--buffer", type=int, default=4096)
    o = ap.parse_args()
    if not (0 <= o.port <= 65535 and 1 <= o.buffer <= 65536):
        ap.error("out of range")
    waker, alarm = socket.socketpair()
    alarm.setblocking(False)
    signal.set_wakeup_fd(alarm.fileno())
    for s in (signal.SIGINT, signal.SIGTERM):
        signal.signal(s, lambda *_: None)
    try:
        door = socket.create_server((o.host, o.port), backlog=1024)
    except OSError as e:
        print(f"cannot listen on {o.host}:{o.port}: {e}", file=sys.stderr)
        raise SystemExit(1)
    print(f"listening on {o.host}:{door.getsockname()[1]}", flush=True)
    serve(door, o.buffer, waker)


main()
