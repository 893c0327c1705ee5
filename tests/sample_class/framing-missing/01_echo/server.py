"""An echo server: every byte a client sends comes back to it, in order.

One client at a time; the next one waits in the listening socket's queue.
"""

import sys

from starting import open_listener, server_options
from stopping import stop_on_signals


def echo(connection, buffer_size):
    """Send every byte back to the client, in order, until it ends its stream.

    One recv() brings between 1 and buffer_size bytes, whatever the client's
    sends were; b"" means that the client has ended its stream. Raises OSError
    when the client vanishes.
    """
    while True:
        data = connection.recv(buffer_size)
        if not data:
            return
        connection.sendall(data)


def serve(listener, buffer_size):
    """Serve one client after the other, for ever.

    A client that vanishes in the middle (OSError) ends its own visit and
    nothing else. Every connection is closed when its visit is over.
    """
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                echo(connection, buffer_size)
            except OSError:
                pass  # this client is gone; the next one is waiting


def run():
    """Read the options, listen, say so, serve. Returns an exit status if it cannot listen."""
    options = server_options()
    try:
        listener = open_listener(options.host, options.port)
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    with listener:
        host, port = listener.getsockname()
        print(f"listening on {host}:{port}", flush=True)
        serve(listener, options.buffer)


def main():
    """Run the server until it is told to stop; return the exit status."""
    stop_on_signals()
    try:
        return run()
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
