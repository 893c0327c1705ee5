import argparse
import socket
import threading

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=5555)
parser.add_argument("--buffer", type=int, default=1024)
args = parser.parse_args()

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.bind((args.host, args.port))
server.listen()

clients = []
nicknames = []


def broadcast(message):
    for client in clients:
        client.send(message)


def handle(client):
    while True:
        try:
            message = client.recv(args.buffer)
            broadcast(message)
        except:
            index = clients.index(client)
            clients.remove(client)
            client.close()
            nickname = nicknames[index]
            broadcast(f"* {nickname} left\n".encode("ascii"))
            nicknames.remove(nickname)
            break


def receive():
    while True:
        client, address = server.accept()
        print(f"Connected with {address}")
        client.send("* what is your name?\n".encode("ascii"))
        nickname = client.recv(1024).decode("ascii").strip()
        nicknames.append(nickname)
        clients.append(client)
        print(f"Nickname of the client is {nickname}!")
        client.send(f"* welcome, {nickname}\n".encode("ascii"))
        broadcast(f"* {nickname} joined\n".encode("ascii"))
        thread = threading.Thread(target=handle, args=(client,))
        thread.start()


print(f"listening on {args.host}:{server.getsockname()[1]}", flush=True)
receive()
