"""What the kernel knows of sockets and does not tell the programs that hold them."""

import secrets
import socket
import struct
import sys
from contextlib import suppress

# netlink(7), sock_diag(7): the request and the offsets in its answer, struct inet_diag_msg.
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, LISTENING = 4, 20, 10
ONE, ALL = 0x1, 0x301  # NLM_F_REQUEST, and with NLM_F_DUMP
ERROR, DONE = 2, 3  # NLMSG_ERROR, NLMSG_DONE
HEADER_SIZE = 16  # struct nlmsghdr
PORT_AT = HEADER_SIZE + 4  # idiag_sport
QUEUE_AT = HEADER_SIZE + 4 + 48 + 4  # idiag_rqueue
A_MOMENT = 0.2  # seconds; a connection to this machine is made or refused at once
ANYWHERE = ("0.0.0.0", 0)


def is_listening(port: int) -> bool | None:
    """Whether somebody listens on this TCP port; None where the system does not say."""
    if not sys.platform.startswith("linux"):
        return None
    queues = _queues()
    return None if queues is None else port in queues


def queued_visitors(port: int) -> int:
    """Return how many visitors this port's listener has not accepted; 0 if that is hidden."""
    return (_queues() or {}).get(port, 0) if sys.platform.startswith("linux") else 0


def _queues() -> dict[int, int] | None:
    """Return how many visitors wait at each port with a listener; None if that is hidden."""
    found = _queues_of(socket.AF_INET)
    return None if found is None else (_queues_of(socket.AF_INET6) or {}) | found


def _queues_of(family: int) -> dict[int, int] | None:
    found: dict[int, int] = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
        kernel.send(_question(ANYWHERE, ANYWHERE, family, 1 << LISTENING, ALL))
        while True:
            answer = kernel.recv(1 << 16)
            while answer:
                length, kind = struct.unpack_from("=IH", answer)
                if kind in (ERROR, DONE):  # an error: this kernel does not tell
                    return found if kind == DONE else None
                port = struct.unpack_from("!H", answer, PORT_AT)[0]
                found[port] = struct.unpack_from("=I", answer, QUEUE_AT)[0]
                answer = answer[(length + 3) & ~3 :]


def can_reach(host: str, port: int) -> bool:
    """Whether somebody takes connections to this address; False where the system has it not."""
    with socket.socket() as sock:
        sock.settimeout(A_MOMENT)
        return sys.platform.startswith("linux") and sock.connect_ex((host, port)) == 0


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


def _question(
    local: tuple[str, int],
    remote: tuple[str, int],
    family: int = socket.AF_INET,
    states: int = 0xFFFFFFFF,
    flags: int = ONE,
) -> bytes:
    """Return the request for the TCP sockets with these addresses, as their owner sees them."""
    addresses = struct.pack("!HH", local[1], remote[1])
    for host, _ in (local, remote):
        addresses += socket.inet_aton(host).ljust(16, b"\0")
    request = struct.pack("=BBBxI", family, socket.IPPROTO_TCP, 0, states)
    request += addresses + struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
    header = struct.pack("=IHHII", HEADER_SIZE + len(request), SOCK_DIAG_BY_FAMILY, flags, 0, 0)
    return header + request


def holds_little(sock: socket.socket, receive_buffer: int) -> None:
    """Bind the socket, and make the kernels hold few bytes for it (here about 90 kB).

    Before it connects or listens.

    A small receive_buffer (bytes) alone is not enough. A kernel makes room for some segments to
    send, and those of a loopback are 64 KiB, so the socket announces small ones. And Linux
    remembers of two addresses how far out of order their segments once came (tcp_metrics, see
    ip-tcp_metrics(8)) and makes up to a hundred times the room from then on, so the socket
    speaks from an address that nobody has used. Other systems have one loopback address only.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    with suppress(OSError, AttributeError):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    try:
        sock.bind((f"127.{'.'.join(str(secrets.randbelow(254) + 1) for _ in range(3))}", 0))
    except OSError:
        sock.bind(("127.0.0.1", 0))


def reset(sock: socket.socket) -> None:
    """Close the connection with a reset instead of an end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
