import argparse
import socket
import threading

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=5555)
parser.add_argument("--name")
args = parser.parse_args()

nickname = args.name or input("username: ")

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((args.host, args.port))


def receive():
    while True:
        try:
            message = client.recv(1024).decode("ascii")
            if message == "* what is your name?\n":
                client.send(f"{nickname}\n".encode("ascii"))
            else:
                print(message)
        except:
            print("An error occurred!")
            client.close()
            break


def write():
    while True:
        message = f"{nickname}: {input('')}\n"
        client.send(message.encode("ascii"))


threading.Thread(target=receive).start()
threading.Thread(target=write).start()
