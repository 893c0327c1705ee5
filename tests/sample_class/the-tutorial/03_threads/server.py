"""A threaded server as many a tutorial writes it: what recv(1024) gives is a message."""

import socket
import sys
import threading

host = "127.0.0.1"
port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 5555

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind((host, port))
server.listen()

clients = []


def handle(client):
    number = 0
    while True:
        try:
            message = client.recv(1024)
            if not message:
                clients.remove(client)
                client.close()
                break
            number += 1
            client.send(f"{number}: {message.decode('utf-8').strip()}\n".encode())
        except:
            clients.remove(client)
            client.close()
            break


def receive():
    while True:
        client, address = server.accept()
        print(f"Connected with {address}")
        clients.append(client)
        thread = threading.Thread(target=handle, args=(client,))
        thread.start()


print(f"listening on {host}:{server.getsockname()[1]}", flush=True)
receive()
