"""Serves clients with the standard library's socketserver, a daemon thread for each."""

import signal
import socketserver
import sys
import threading


class Serving(socketserver.ThreadingTCPServer):
    """Takes the place of the kit's own Serving, from lesson 03 to 09."""

    daemon_threads = True

    def __init__(self, listener, serve_client):
        super().__init__(listener.getsockname(), None, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.serve_client = serve_client
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: threading.Thread(target=self.shutdown).start())

    def run(self):
        """Serve until a stop signal comes."""
        self.serve_forever(poll_interval=0.1)

    def finish_request(self, request, client_address):
        """Serve one client, in its own thread."""
        self.serve_client(request)

    def handle_error(self, request, client_address):
        """Take note of a client that has vanished; whatever else happens is a mistake."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
