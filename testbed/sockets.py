"""TCP connections of this machine as the kernel counts them: ends, owner and bytes.

One question to the kernel (``NETLINK_SOCK_DIAG``, see sock_diag(7)) answers for all connections;
the numbers are those of ``ss --tcp --info``. Bytes are payload, without the headers of TCP and IP.
"""

import ctypes
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from experiment.errors import RunError

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_DONE, _ERROR = 3, 2  # NLMSG_DONE, NLMSG_ERROR
_DUMP = 0x301  # NLM_F_REQUEST | NLM_F_DUMP
_INFO = 2  # INET_DIAG_INFO
_ESTABLISHED = 1 << 1  # TCP_ESTABLISHED
_HEADER = struct.Struct("=IHHII")  # struct nlmsghdr
_REQUEST = struct.Struct("=BBBxI48x")  # struct inet_diag_req_v2
_SOCKET = struct.Struct("=4xHH16x4s12x4xQ16xI")  # struct inet_diag_msg, to idiag_inode
_ATTRIBUTE = struct.Struct("=HH")  # struct rtattr
_BYTES = struct.Struct("=120xQQ")  # struct tcp_info up to tcpi_bytes_acked, tcpi_bytes_received
_MOST = 1 << 18
_NETWORK = 0x40000000  # CLONE_NEWNET


@dataclass(frozen=True)
class TcpSocket:
    """One end of an established connection over IPv4."""

    local_port: int
    remote_address: str
    remote_port: int
    inode: int
    """As in ``/proc/<pid>/fd`` of its owner."""
    cookie: int
    """Names the socket for good; an inode or a port may come again."""
    sent_bytes: int
    """Acknowledged by the other end."""
    received_bytes: int


def established(pid: int | None = None) -> list[TcpSocket]:
    """All established connections of a network namespace, both ends of those within it.

    That of a process, ours where none is given. RunError where the kernel does not tell.
    """
    try:
        with _asking(pid) as kernel:
            kernel.send(_question())
            return list(_answers(kernel))
    except OSError as error:
        raise RunError(f"The kernel does not tell of its TCP sockets: {error}.") from error


def _asking(pid: int | None) -> socket.socket:
    """A socket to the kernel; it belongs to the namespace in which it was made, for good."""
    if pid is None:
        return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG)
    # A thread has a namespace of its own to change, and takes it along when it ends.
    with ThreadPoolExecutor(1) as visitor:
        return visitor.submit(_made_within, pid).result()


def _made_within(pid: int) -> socket.socket:
    with Path(f"/proc/{pid}/ns/net").open(encoding="ascii") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _NETWORK) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    return _asking(None)


def inodes_of(pids: Iterable[int]) -> set[int]:
    """Inodes of all sockets that these processes hold; those that are gone hold none."""
    return {inode for pid in pids for inode in _inodes(pid)}


def _question() -> bytes:
    request = _REQUEST.pack(socket.AF_INET, socket.IPPROTO_TCP, 1 << (_INFO - 1), _ESTABLISHED)
    return _HEADER.pack(_HEADER.size + len(request), _BY_FAMILY, _DUMP, 0, 0) + request


def _answers(kernel: socket.socket) -> Iterator[TcpSocket]:
    while True:
        for kind, content in _messages(kernel.recv(_MOST)):
            if kind == _DONE:
                return
            if kind == _ERROR:
                number = -struct.unpack_from("=i", content)[0]
                raise OSError(number, os.strerror(number))
            yield _parsed(content)


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        length, kind, *_ = _HEADER.unpack_from(data, at)
        yield kind, data[at + _HEADER.size : at + length]
        at += _aligned(length)


def _parsed(content: bytes) -> TcpSocket:
    local_port, remote_port, remote, cookie, inode = _SOCKET.unpack_from(content)
    sent, received = _BYTES.unpack_from(_tcp_info(content))
    # Ports travel in network order, all else in the machine's own.
    return TcpSocket(
        socket.ntohs(local_port),
        socket.inet_ntoa(remote),
        socket.ntohs(remote_port),
        inode,
        cookie,
        sent,
        received,
    )


def _tcp_info(content: bytes) -> bytes:
    at = _SOCKET.size
    while at < len(content):
        length, kind = _ATTRIBUTE.unpack_from(content, at)
        if kind == _INFO:
            return content[at + _ATTRIBUTE.size : at + length]
        at += _aligned(length)
    raise OSError("the kernel left the counters out")


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _inodes(pid: int) -> Iterator[int]:
    folder = f"/proc/{pid}/fd"
    with suppress(FileNotFoundError, ProcessLookupError):
        for name in os.listdir(folder):  # noqa: PTH208 - hundreds at once, see procfs
            # One that was closed meanwhile says nothing of those after it.
            with suppress(FileNotFoundError):
                target = os.readlink(f"{folder}/{name}")  # noqa: PTH115 - as above
                if target.startswith("socket:["):
                    yield int(target[8:-1])
