"""A chat room of people with names, who may also talk to the server.

Each client has a thread of its own; in it the client first says its name. So a
client that says nothing keeps nobody waiting.
"""

import socket
import sys

from commands import Goodbye, obey
from file_commands import BadFrame, take_chunk
from framing import LineTooLong
from hanging_up import hang_up
from incoming import Incoming, StreamEnded
from names import NO_NAME, TAKEN, is_name
from room import Room
from serving import Serving
from starting import open_listener, server_options
from transfers import cancel_all

QUESTION = "* what is your name?\n"
NOTICES = {
    Goodbye: b"* goodbye\n",
    LineTooLong: b"* line too long\n",
    BadFrame: b"* bad frame\n",
}


def introduce(connection, incoming, room):
    """Ask for a name until the client says one that it can have; return the new member.

    The next of its lines is the name, as it is. A refusal is answered, and followed
    by the question again. Raises StreamEnded when the stream ends before.
    """
    connection.sendall(QUESTION.encode())
    while True:
        name = incoming.line()
        if not is_name(name):
            refusal = NO_NAME
        elif member := room.join(name, connection):
            return member
        else:
            refusal = TAKEN
        connection.sendall(f"{refusal}\n{QUESTION}".encode())


def take_lines(member, incoming, room):
    """Take every line of one member: a command, a chunk's head, or something to say.

    With `//` a line says the rest behind the first slash; an empty line says nothing.
    Raises Goodbye when the member wants to leave, StreamEnded when its stream ends.
    """
    while True:
        line = incoming.line()
        if line == "/data" or line.startswith("/data "):
            take_chunk(room, member, line, incoming)
        elif line.startswith("/") and not line.startswith("//"):
            obey(room, member, line)
        elif line:
            room.say(member, line.removeprefix("/"))


def leave(room, member):
    """Let a member leave, if there is one: first its files are cancelled, then it is gone."""
    if member:
        cancel_all(room, member)
        room.leave(member)


def serve_client(connection, room, buffer_size):
    """Serve one client from the question to the end; no member is left behind afterwards.

    A client that says goodbye, or what cannot be followed, leaves the room, if it was in,
    and is hung up on with the notice of NOTICES. Raises OSError when the client vanishes.
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    member = None
    try:
        incoming = Incoming(connection, buffer_size)
        member = introduce(connection, incoming, room)
        take_lines(member, incoming, room)
    except StreamEnded:
        pass  # all that was whole has been served
    except tuple(NOTICES) as reason:
        leave(room, member)
        hang_up(connection, buffer_size, NOTICES[type(reason)])
    finally:
        leave(room, member)


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
