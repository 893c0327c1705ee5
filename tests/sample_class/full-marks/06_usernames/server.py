"""A chat room of people with names.

Each client has a thread of its own; in it the client first says its name. So a
client that says nothing keeps nobody waiting.
"""

import socket
import sys

from framing import LineSplitter, LineTooLong
from hanging_up import hang_up
from names import NO_NAME, TAKEN, is_name
from room import Room
from serving import Serving
from starting import open_listener, server_options

QUESTION = "* what is your name?\n"


def lines_of(connection, buffer_size):
    """Yield the text of each line that one client sends, until its stream ends.

    Raises LineTooLong after the lines before it were yielded, and OSError when
    the client vanishes.
    """
    splitter = LineSplitter()
    while data := connection.recv(buffer_size):
        yield from splitter.feed(data)


def introduce(connection, lines, room):
    """Ask for a name until the client says one that it can have; return the new member.

    The next of its lines is the name, as it is. A refusal is answered, and followed
    by the question again. Returns None when the stream ends before.
    """
    connection.sendall(QUESTION.encode())
    for name in lines:
        if not is_name(name):
            refusal = NO_NAME
        elif member := room.join(name, connection):
            return member
        else:
            refusal = TAKEN
        connection.sendall(f"{refusal}\n{QUESTION}".encode())
    return None


def take_lines(member, lines, room):
    """Say every line of one member in the room, but for lines of no characters."""
    for line in lines:
        if line:
            room.say(member, line)


def serve_client(connection, room, buffer_size):
    """Serve one client from the question to the end; no member is left behind afterwards.

    As in lesson 04 what is sent goes out at once (TCP_NODELAY). A client whose line is
    too long leaves the room, if it was in, and is then hung up on with the notice
    `* line too long`. Raises OSError when the client vanishes.
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    member = None
    try:
        lines = lines_of(connection, buffer_size)
        member = introduce(connection, lines, room)
        if member:
            take_lines(member, lines, room)
    except LineTooLong:
        if member:
            room.leave(member)
        hang_up(connection, buffer_size, b"* line too long\n")
    finally:
        if member:
            room.leave(member)


def main():
    """Run the server until it is told to stop; return the exit status."""
    options = server_options()
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    room = Room()
    with Serving(
        listener, lambda connection: serve_client(connection, room, options.buffer)
    ) as serving:
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        serving.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
