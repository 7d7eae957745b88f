"""The server that the generator is measured against outlives its clients."""

import socket
import urllib.request
from urllib.parse import urlsplit

import pytest
from tiny_servers import RESET

from loadtests.benchmark import null_server

ASKS = b"GET /api/recommendations?product_id=7 HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize("said", [b"", ASKS[:20], ASKS, b"GET / HTTP/1.1\r\n\r\n", b"\xff \xff"])
def test_a_client_that_breaks_its_connection_ends_only_itself(said: bytes) -> None:
    with null_server(core=0) as url:
        target = urlsplit(url)
        with socket.create_connection((target.hostname, target.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            client.sendall(said)
        answer = urllib.request.urlopen(f"{url}/api/recommendations?product_id=7", timeout=2)
        assert answer.read() == b'{"product_id":7,"recommendations":[]}'
