"""Small programs for the tests of the harness."""

import sys
import textwrap

import pytest

LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux's kernel")
ECHO = """
    import socket
    s = socket.create_server(("127.0.0.1", 0))
    print("listening on 127.0.0.1:%d" % s.getsockname()[1], flush=True)
    while True:
        c, _ = s.accept()
        while data := c.recv(4096):
            c.sendall(data)
        c.close()
"""


def write(stage, source, name="server.py"):
    """Write a program, as it stands indented in a test, into the folder of a stage."""
    (stage.folder / name).write_text(textwrap.dedent(source))
