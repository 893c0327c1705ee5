"""A chat server as many a tutorial writes it: two lists, and recv(1024) is a message."""

import socket
import sys
import threading

host = "127.0.0.1"
port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 5555

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind((host, port))
server.listen()

clients = []
addresses = []


def broadcast(message, sender):
    for client in list(clients):
        if client is not sender:
            client.sendall(message)


def handle(client):
    while True:
        try:
            message = client.recv(1024)
            if not message:
                break
            broadcast(message, client)
        except:
            index = clients.index(client)
            clients.remove(client)
            client.close()
            address = addresses[index]
            addresses.remove(address)
            print(f"{address} left")
            break


def receive():
    while True:
        client, address = server.accept()
        print(f"Connected with {address}")
        clients.append(client)
        addresses.append(address)
        client.sendall(b"* welcome\n")
        thread = threading.Thread(target=handle, args=(client,))
        thread.start()


print(f"listening on {host}:{server.getsockname()[1]}", flush=True)
receive()
