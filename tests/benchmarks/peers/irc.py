"""An anchor: ngIRCd, an IRC server in C, with nothing of its own that would slow a crowd down.

This becomes ngIRCd. The socket is handed over as systemd would do it: so the port is a free one
that nobody guessed, and is known before the server runs.
"""

import os
import socket
import sys

BACKLOG = 10  # as in its own source; with a longer one its storm would not be its own
LISTEN_FD = 3  # where systemd's protocol puts it
CONFIGURATION = """
[Global]
Name = irc.localhost
Info = benchmark
MotdPhrase = welcome
AdminEMail = nobody@localhost
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
"""


def main() -> None:
    """Take a socket, write a configuration, become the program that is named."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(BACKLOG)
    port = listener.getsockname()[1]
    if listener.fileno() != LISTEN_FD:
        os.dup2(listener.fileno(), LISTEN_FD)
    os.set_inheritable(LISTEN_FD, True)
    configuration = os.memfd_create("ngircd", 0)  # it goes when the server goes
    os.write(configuration, CONFIGURATION.encode())
    os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    print(f"listening on 127.0.0.1:{port}", flush=True)
    program = sys.argv[1]
    os.execv(program, [program, "-n", "-f", f"/proc/self/fd/{configuration}"])


if __name__ == "__main__":
    main()
