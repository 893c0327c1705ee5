"""Serves clients with multiprocessing, a process for each; the first one only accepts."""

import multiprocessing
import os
import signal
from multiprocessing.connection import wait

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
FORK = multiprocessing.get_context("fork")


def visit(listener, connection, serve_client):
    """Serve one client, in a process of its own."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    listener.close()
    try:
        serve_client(connection)
    except OSError:
        pass  # the client is gone, and so is its process
    connection.close()


class Serving:
    """Takes the place of the kit's own Serving where clients share nothing: lessons 03 and 08."""

    def __init__(self, listener, serve_client):
        self.listener = listener
        self.serve_client = serve_client
        self.visits = {}  # what tells of its end -> process

    def __enter__(self):
        for number in STOP_SIGNALS:
            signal.signal(number, self.stop)
        return self

    def __exit__(self, *exception):
        self.listener.close()

    def stop(self, number, frame):
        """End every visit and the program."""
        for process in self.visits.values():
            process.kill()
        for process in self.visits.values():
            process.join()
        os._exit(0)

    def run(self):
        """Start a process for each client, and bury those that have ended."""
        while True:
            for ready in wait([self.listener, *self.visits]):
                if ready is self.listener:
                    self.accept()
                else:
                    process = self.visits.pop(ready)
                    process.join()
                    process.close()

    def accept(self):
        """Start a process for the next client. No signal comes between its start and its entry."""
        connection, _ = self.listener.accept()
        try:
            connection.getpeername()
        except OSError:
            connection.close()  # gone already: not worth a process
            return
        words = (self.listener, connection, self.serve_client)
        process = FORK.Process(target=visit, args=words)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        process.start()
        self.visits[process.sentinel] = process
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        connection.close()
