"""An anchor: the chat server of many a tutorial, with all its faults; see what they cost.

One recv() is taken for one message, two lists are kept in step by hand, everybody's thread sends
to everybody, TCP_NODELAY and the length of the queue of visitors are left as they are. All that is
added is what lets a generator wait for it: the port that it prints, and a welcome.
"""

import argparse
import socket
import threading

clients: list[socket.socket] = []
addresses: list[tuple[str, int]] = []


def broadcast(message: bytes, sender: socket.socket) -> None:
    """Send to everybody but the sender."""
    for client in clients:
        if client != sender:
            client.send(message)


def handle(client: socket.socket) -> None:
    """Serve one client until it has gone."""
    while True:
        try:
            message = client.recv(1024)
            if not message:
                raise ConnectionError
            broadcast(message, client)
        except OSError:
            index = clients.index(client)
            clients.remove(client)
            addresses.pop(index)
            client.close()
            break


def main() -> None:
    """Accept clients for ever."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.bind(("127.0.0.1", parser.parse_args().port))
    server.listen()
    print(f"listening on 127.0.0.1:{server.getsockname()[1]}", flush=True)
    while True:
        client, address = server.accept()
        clients.append(client)
        addresses.append(address)
        client.send(b"* welcome\n")
        threading.Thread(target=handle, args=(client,), daemon=True).start()


if __name__ == "__main__":
    main()
