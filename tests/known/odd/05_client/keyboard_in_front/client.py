"""A client whose main thread reads the keyboard; the receiving thread ends the program."""

import argparse
import os
import signal
import socket
import sys
import threading

leaving = threading.Event()


def end(status):
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def listen(connection):
    """Print what the server says. At the end of it, end the program, keyboard or not."""
    out = sys.stdout.buffer
    rest = b""
    while len(rest) <= 4 * 65536 + 1:
        try:
            data = connection.recv(8192)
        except OSError:
            break
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            out.write(line.removesuffix(b"\r").decode("utf-8", "replace").encode() + b"\n")
        out.flush()
    if leaving.is_set():
        end(0)
    print("* disconnected", flush=True)
    end(1)


def wait_for_the_end(signals):
    signal.sigwait(signals)
    os._exit(0)


def typed_lines():
    if sys.stdin is None:
        return
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    options = parser.parse_args()
    signals = (signal.SIGINT, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # for a thread that waits for them alone
    connection = socket.socket()
    try:
        connection.connect((options.host, options.port))
    except OSError as error:
        sys.exit(f"cannot connect to {options.host}:{options.port}: {error}")
    threading.Thread(target=wait_for_the_end, args=(signals,), daemon=True).start()
    listener = threading.Thread(target=listen, args=(connection,), daemon=True)
    listener.start()
    try:
        for line in typed_lines():
            if line in ("quit", "exit"):
                break
            connection.sendall(f"{line}\n".encode())
        leaving.set()
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        listener.join()  # the server is gone; the listener ends the program
    listener.join(1)
    os._exit(0)


if __name__ == "__main__":
    main()
