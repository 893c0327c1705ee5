"""Serves clients with the standard library's socketserver, a daemon thread for each."""

import select
import signal
import socketserver
import sys
import threading


class Serving(socketserver.ThreadingTCPServer):
    """Takes the place of the kit's own Serving."""

    daemon_threads = True

    def __init__(self, listener, serve_client, turn_away, most):
        super().__init__(listener.getsockname(), None, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.serve_client = serve_client
        self.turn_away = turn_away
        self.most = most
        self.lock = threading.Lock()
        self.served = 0  # clients; guarded by lock
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: threading.Thread(target=self.shutdown).start())

    def run(self):
        """Serve until a stop signal comes."""
        self.serve_forever(poll_interval=0.1)

    def get_request(self):
        """Accept a client; when there is no descriptor left, rest for a moment."""
        try:
            return super().get_request()
        except OSError:
            select.select([], [], [], 0.1)
            raise

    def finish_request(self, request, client_address):
        """Serve one client, in its own thread, or turn it away."""
        with self.lock:
            has_place = self.served < self.most
            self.served += has_place
        if not has_place:
            self.turn_away(request)
            return
        try:
            self.serve_client(request)
        finally:
            request.close()  # before its place is somebody else's
            with self.lock:
                self.served -= 1

    def shutdown_request(self, request):
        """Close what may be closed already."""
        request.close()

    def handle_error(self, request, client_address):
        """Take note of a client that has vanished; whatever else happens is a mistake."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)
