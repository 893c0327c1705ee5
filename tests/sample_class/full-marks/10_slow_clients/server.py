"""A chat room in which nobody waits for anybody.

Each client has a thread that reads what it sends. What goes out to anybody goes
through one more thread, the writer.
"""

import socket
import sys
from functools import partial

from commands import Goodbye, obey
from file_commands import BadFrame, take_chunk
from framing import LineTooLong
from hanging_up import linger, turn_away
from incoming import Incoming, StreamEnded
from inlet import Inlet
from names import NO_NAME, TAKEN, is_name
from room import Room
from serving import Serving
from starting import allow_connections, open_listener, server_options
from transfers import cancel_all
from writer import Writer

QUESTION = "* what is your name?"
NOTICES = {
    Goodbye: "* goodbye",
    LineTooLong: "* line too long",
    BadFrame: "* bad frame",
}
FULL = b"* the room is full\n"
SEND_SECONDS = 30  # how long a client may take to accept what is due to it
CLOSING_SECONDS = 1  # how long all of them may, when the server is closing


def introduce(outlet, incoming, room):
    """Ask for a name until the client says one that it can have; return the new member.

    The next of its lines is the name, as it is. A refusal is answered, and followed
    by the question again. Raises StreamEnded when the stream ends before, TimeoutError when
    the client takes too long.
    """
    room.send(outlet, QUESTION)
    while True:
        name = incoming.line()
        if not is_name(name):
            refusal = NO_NAME
        elif member := room.join(name, outlet):
            return member
        else:
            refusal = TAKEN
        room.send(outlet, f"{refusal}\n{QUESTION}")


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


def serve_client(connection, room, options):
    """Serve one client from the question to the end; no member is left behind afterwards.

    A client that says goodbye, or what cannot be followed, leaves the room, if it was in,
    and is hung up on with the notice of NOTICES; one that takes too long to get a name
    without any. Raises OSError when the client vanishes.
    """
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    outlet = room.open(connection)
    inlet = Inlet(connection, outlet, room.writer.inbox, options.name_timeout)
    member = None
    has_gone = True
    try:
        incoming = Incoming(inlet, options.buffer)
        member = introduce(outlet, incoming, room)
        inlet.named()
        take_lines(member, incoming, room)
    except StreamEnded:
        pass  # all that was whole has been served
    except TimeoutError:
        has_gone = False
    except tuple(NOTICES) as reason:
        has_gone = False
        leave(room, member)
        room.send(outlet, NOTICES[type(reason)])
    finally:
        leave(room, member)
        room.close(outlet, SEND_SECONDS)
        if not has_gone:
            linger(connection, options.buffer)


def main():
    """Run the server until it is told to stop; return the exit status."""
    options = server_options()
    allow_connections(options.max_clients)
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    writer = Writer(options.outbox, options.file_timeout)
    room = Room(writer, options.echo)
    with Serving(
        listener,
        partial(serve_client, room=room, options=options),
        partial(turn_away, buffer_size=options.buffer, last_words=FULL),
        options.max_clients,
    ) as serving:
        writer.start()
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        try:
            serving.run()
        finally:
            room.close_all()
            writer.stop(CLOSING_SECONDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
