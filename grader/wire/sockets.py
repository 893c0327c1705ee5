"""What the kernel knows of sockets and does not tell the programs that hold them."""

import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

LISTEN = "0A"
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, LISTENING = 4, 20, 10
HEADER_SIZE = 16  # struct nlmsghdr
QUEUE_AT = HEADER_SIZE + 4 + 48 + 4  # idiag_rqueue in struct inet_diag_msg
TABLES = ("/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6")


def _rows() -> list[list[str]]:
    rows = []
    for table in TABLES:
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        rows += [line.split() for line in lines]
    return rows


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def is_listening(port: int) -> bool | None:
    """Whether somebody listens on this TCP port; None where the system does not say."""
    if not sys.platform.startswith("linux"):
        return None
    return any(row[3] == LISTEN and _port(row[1]) == port for row in _rows())


def unread_bytes(ours: socket.socket) -> int | None:
    """Return how many bytes sent on this connection the other side has not received yet.

    None where the system does not say. It is the receipt that a piece has been taken out of the
    kernel by a recv(), so that the next piece cannot be glued to it. Asks the kernel for the
    other end of the connection by its addresses (Linux, sock_diag(7)); IPv4 only.
    """
    if not sys.platform.startswith("linux") or ours.family != socket.AF_INET:
        return None
    try:
        here, there = ours.getsockname(), ours.getpeername()
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
            kernel.send(_question(there, here))
            answer = kernel.recv(8192)
    except OSError:
        return 0  # closed: nobody will read anything any more
    if len(answer) < QUEUE_AT + 4 or answer[HEADER_SIZE + 1] == LISTENING:
        return 0
    return int(struct.unpack_from("=I", answer, QUEUE_AT)[0])


def _question(local: tuple[str, int], remote: tuple[str, int]) -> bytes:
    """Return the request for the one TCP socket with these addresses, as its owner sees them."""
    addresses = struct.pack("!HH", local[1], remote[1])
    for host, _ in (local, remote):
        addresses += socket.inet_aton(host).ljust(16, b"\0")
    request = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF)
    request += addresses + struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    header = struct.pack("=IHHII", HEADER_SIZE + len(request), SOCK_DIAG_BY_FAMILY, 1, 0, 0)
    return header + request


def takes_small_segments(sock: socket.socket) -> None:
    """Announce small segments, before it connects.

    A kernel makes room for some segments to send; with those of a loopback, 64 KiB each, that
    is 3 MB before a sender to a peer that does not read is stopped.
    """
    with suppress(OSError, AttributeError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)


def reset(sock: socket.socket) -> None:
    """Close the connection with a reset instead of an end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
