"""A chat client as many a tutorial writes it: a thread for recv(), and input() in a loop."""

import socket
import sys
import threading

host = sys.argv[sys.argv.index("--host") + 1] if "--host" in sys.argv else "127.0.0.1"
port = int(sys.argv[sys.argv.index("--port") + 1]) if "--port" in sys.argv else 5555

client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect((host, port))


def receive():
    while True:
        try:
            message = client.recv(1024).decode("utf-8")
            print(message)
        except:
            print("An error occurred!")
            client.close()
            break


def write():
    while True:
        message = input("")
        client.send(message.encode("utf-8"))


receive_thread = threading.Thread(target=receive)
receive_thread.start()

write_thread = threading.Thread(target=write)
write_thread.start()
