import argparse
import socket

parser = argparse.ArgumentParser()
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=5555)
parser.add_argument("--buffer", type=int, default=1024)
args = parser.parse_args()

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((args.host, args.port))
server.listen(5)
print("listening on %s:%d" % server.getsockname())

try:
    while True:
        conn, addr = server.accept()
        print("Connected by", addr)
        count = 0
        while True:
            data = conn.recv(args.buffer).decode("utf-8")
            if not data:
                break
            count += 1
            line = data.strip()
            print(addr, "says", line)
            conn.send(f"{count}: {line}\n".encode("utf-8"))
        conn.close()
except KeyboardInterrupt:
    print("Server stopped")
