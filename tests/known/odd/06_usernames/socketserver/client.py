"""A client whose main thread reads the keyboard; the receiving thread ends the program."""

import argparse
import os
import signal
import socket
import sys
import threading

QUESTION = "* what is your name?"
SIGNALS = (signal.SIGINT, signal.SIGTERM)
news = threading.Condition()  # guards all that follows
state = "begin"  # then: prompt, said, welcomed
early = []  # typed lines that wait for the welcome
leaving = False


def end(status):
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def become(new):
    global state
    state = new
    news.notify_all()


def show(line, end="\n"):
    sys.stdout.buffer.write(f"{line}{end}".encode())
    sys.stdout.buffer.flush()


def say(connection, line):
    try:
        connection.sendall(f"{line}\n".encode())
    except OSError:
        pass  # the server is gone; the listener ends the program


def hear(connection, line, name):
    """Take note of a line; return the name that is still to be said."""
    with news:
        if state == "welcomed":
            return None
        if line.startswith("* welcome, "):
            for waiting in early:
                say(connection, waiting)
            become("welcomed")
        elif line == QUESTION and name is not None:
            say(connection, name)
            become("said")
            return None
        elif line == QUESTION:
            show("username: ", end="")
            become("prompt")
    return name


def listen(connection, name):
    """Print what the server says. At the end of it, end the program, keyboard or not."""
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
            text = line.removesuffix(b"\r").decode("utf-8", "replace")
            show(text)
            name = hear(connection, text, name)
    with news:
        if leaving:
            end(0)
    show("* disconnected")
    end(1)


def wait_for_the_end():
    signal.sigwait(SIGNALS)
    os._exit(0)


def typed_lines():
    if sys.stdin is None:
        return
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def take(connection, line):
    with news:
        if state == "welcomed":
            pass  # it is sent without the lock, so that the listener can go on
        elif state == "prompt":
            become("said")
            say(connection, line)
            return
        else:
            early.append(line)
            return
    say(connection, line)


def may_leave(named):
    """Whether nothing is left to be said before the welcome, or the welcome has come."""
    if state == "begin":
        return not named
    return state in ("prompt", "welcomed") or not early


def main():
    global leaving
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5555)
    parser.add_argument("--name")
    options = parser.parse_args()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # for a thread that waits for them alone
    connection = socket.socket()
    try:
        connection.connect((options.host, options.port))
    except OSError as error:
        sys.exit(f"cannot connect to {options.host}:{options.port}: {error}")
    threading.Thread(target=wait_for_the_end, daemon=True).start()
    listener = threading.Thread(target=listen, args=(connection, options.name), daemon=True)
    listener.start()
    for line in typed_lines():
        if line in ("quit", "exit"):
            break
        take(connection, line)
    with news:
        news.wait_for(lambda: may_leave(options.name is not None))
        leaving = True
    try:
        connection.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    listener.join(1)
    os._exit(0)


if __name__ == "__main__":
    main()
