import argparse
import socket

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=5555)
parser.add_argument("--buffer", type=int, default=1024)
args = parser.parse_args()

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.bind((args.host, args.port))
s.listen(5)
print("listening on %s:%d" % s.getsockname())

while True:
    conn, addr = s.accept()
    print("Connected by", addr)
    while True:
        data = conn.recv(args.buffer)
        if not data:
            break
        message = data.decode("utf-8")
        print("received:", message)
        conn.send(message.encode("utf-8"))
    conn.close()
    print("Disconnected", addr)
