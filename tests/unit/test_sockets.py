"""What the kernel tells of TCP connections."""

import os
import socket
from collections.abc import Iterator

import pytest

from testbed.sockets import TcpSocket, established, inodes_of

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Both ends of a connection over loopback: who called, and who was called."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        caller = socket.create_connection(server.getsockname())
        called, _ = server.accept()
        with caller, called:
            yield caller, called


def end(of: socket.socket) -> TcpSocket:
    ports = of.getsockname()[1], of.getpeername()[1]
    return next(each for each in established() if (each.local_port, each.remote_port) == ports)


def test_bytes_are_counted_in_both_directions(pair: Pair) -> None:
    caller, called = pair
    before = end(called)
    caller.sendall(b"x" * 1000)
    called.recv(1000, socket.MSG_WAITALL)
    called.sendall(b"y" * 30)
    caller.recv(30, socket.MSG_WAITALL)

    after = end(called)

    assert after.received_bytes - before.received_bytes == 1000
    assert after.sent_bytes - before.sent_bytes == 30
    assert after.cookie == before.cookie


def test_a_socket_is_found_with_the_process_that_holds_it(pair: Pair) -> None:
    assert end(pair[0]).inode in inodes_of([os.getpid()])
    assert inodes_of([os.getppid()]).isdisjoint({end(pair[0]).inode, end(pair[1]).inode})


def test_a_closed_connection_is_not_among_the_established(pair: Pair) -> None:
    caller, called = pair
    cookie = end(called).cookie
    caller.close()
    called.close()

    assert cookie not in {each.cookie for each in established()}


def test_a_process_that_is_gone_holds_no_socket() -> None:
    assert inodes_of([2**22 + 1]) == set()


def test_a_file_that_was_closed_meanwhile_hides_no_socket(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: ["999999", *listed(folder)])
    assert end(pair[0]).inode in inodes_of([os.getpid()])
