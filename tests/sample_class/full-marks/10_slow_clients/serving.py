"""Accepts clients, runs a thread for each, and ends them all when told to stop.

The rule: the thread that serves a client is the only one that closes its
connection. Others may only shut it down, which wakes that thread.
"""

import errno
import select
import signal
import socket
import threading

STOP_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)
]
EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
PAUSE = 0.1  # seconds until we try to accept again when the system has nothing left


class Serving:
    """A listening socket at work, one thread a client.

    Create, run and leave it in the main thread. Use it as a context manager:
    from `with` on, Ctrl-C and SIGTERM make run() return instead of raising.
    """

    def __init__(self, listener, serve_client, turn_away, most):
        """serve_client(connection) serves one client, in a thread of that client's own.

        While it serves `most` clients, turn_away(connection) is called instead for the next.
        """
        self.listener = listener
        self.serve_client = serve_client
        self.turn_away = turn_away
        self.most = most
        self.lock = threading.Lock()
        self.connections = {}  # connection -> its thread; guarded by lock
        self.turned_away = set()  # those of them that are not served; guarded by lock

    def __enter__(self):
        # A stop signal writes a byte into this pair and does nothing else: an exception
        # raised just anywhere could strike while a lock is held, and leave it held.
        self.wake_up, self.signalled = socket.socketpair()
        self.signalled.setblocking(False)
        signal.set_wakeup_fd(self.signalled.fileno(), warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, lambda number, frame: None)
        self.listener.setblocking(False)
        return self

    def __exit__(self, *exception):
        self.listener.close()
        self.end_clients()
        signal.set_wakeup_fd(-1)
        self.wake_up.close()
        self.signalled.close()

    def run(self):
        """Accept clients until a stop signal comes; each gets a thread of its own.

        A visitor who has gone before he was accepted is no error. When the system has no
        descriptor or no memory left, visitors wait until there is some.
        """
        while True:
            ready, _, _ = select.select([self.listener, self.wake_up], [], [])
            if self.wake_up in ready:
                return
            try:
                connection, _ = self.listener.accept()
                self.start_client(connection)
            except OSError as error:
                if error.errno in EXHAUSTED:
                    select.select([self.wake_up], [], [], PAUSE)

    def start_client(self, connection):
        """Start a thread that serves one client or, if there are too many, turns it away.

        It stands in self.connections before it runs, so nobody can be missed at the end. Who
        cannot even be turned away, for there are too many of those as well, is closed.
        """
        connection.setblocking(True)  # some systems hand the listener's mode on
        serve = self.serve_client
        with self.lock:
            if len(self.connections) - len(self.turned_away) >= self.most:
                serve = self.turn_away
                self.turned_away.add(connection)
            thread = threading.Thread(target=self.client_thread, args=(serve, connection))
            self.connections[connection] = thread
        try:
            if len(self.turned_away) > self.most:
                raise RuntimeError
            thread.start()
        except RuntimeError:  # also raised by start(), when the system has no thread left
            self.forget(connection)

    def client_thread(self, serve, connection):
        """Serve one client, then forget and close its connection, however it went.

        A client that vanishes (OSError) ends its own thread and nothing else.
        """
        try:
            serve(connection)
        except OSError:
            pass  # this client is gone; nobody else is concerned
        finally:
            self.forget(connection)

    def forget(self, connection):
        """Close a connection, which no longer stands in self.connections then."""
        with self.lock:
            del self.connections[connection]
            self.turned_away.discard(connection)
            connection.close()

    def end_clients(self):
        """Shut every connection down, which wakes its thread, and wait for all threads.

        A connection whose client was faster (OSError) is no error.
        """
        with self.lock:
            threads = list(self.connections.values())
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # the client was faster
        for thread in threads:
            thread.join()
