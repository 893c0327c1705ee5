"""Anchors that are no chat: what the system allows to whoever does nothing but send.

pour N: welcomes N members, takes what the first one says, and sends that to all others again and
again, one send a member, until it is ended. relay N: takes the bytes of the first of 1 + N
connections, in order of their coming, and passes them on to the others.
"""

import argparse
import socket

CHUNK = 262144  # bytes for one recv()


def pour(members: list[socket.socket]) -> None:
    """Repeat the first member's words for ever."""
    for member in members:
        member.sendall(b"* welcome\n")
    words = members[0].recv(CHUNK)
    while True:
        for member in members[1:]:
            member.sendall(words)


def relay(members: list[socket.socket]) -> None:
    """Pass the first one's bytes on until it has no more, then end the others' streams."""
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while size := members[0].recv_into(buffer):
        for member in members[1:]:
            member.sendall(view[:size])


def main() -> None:
    """Accept so many, then do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("pour", "relay"))
    parser.add_argument("number", type=int)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    what, more = {"pour": (pour, 0), "relay": (relay, 1)}[options.what]
    with socket.create_server(("127.0.0.1", options.port), backlog=1024) as listener:
        print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
        members = [listener.accept()[0] for _ in range(options.number + more)]
    for member in members:
        member.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        what(members)
    except OSError:
        pass  # the measuring is over


if __name__ == "__main__":
    main()
