"""A client with two threads: one types, the other prints; they meet at the end."""

import argparse
import os
import signal
import socket
import sys
import threading

typed = 0
printed = 0
changed = threading.Condition()
gone = False


def printer(connection):
    global printed, gone
    while True:
        try:
            data = connection.recv(1000)
        except OSError:
            data = b""
        with changed:
            if data:
                os.write(1, data)
                printed += len(data)
            gone = not data
            if gone and printed < typed:
                hung_up()
            changed.notify()
        if gone:
            return


def hung_up():
    os.write(2, b"the server hung up\n")
    os._exit(1)


def main():
    global typed
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    options = parser.parse_args()
    try:
        connection = socket.create_connection((options.host, options.port))
    except OSError as error:
        sys.exit(f"cannot connect to {options.host}:{options.port}: {error}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    threading.Thread(target=printer, args=(connection,), daemon=True).start()
    for line in sys.stdin.buffer:
        data = line.removesuffix(b"\n") + b"\n"
        with changed:
            typed += len(data)
            if gone:
                hung_up()
        try:
            connection.sendall(data)
        except OSError:
            hung_up()
    with changed:
        changed.wait_for(lambda: printed == typed)
    os._exit(0)


if __name__ == "__main__":
    main()
