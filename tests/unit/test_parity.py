"""The comparison itself: it must see a difference where there is one."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from testbed.parity.comparison import differences
from testbed.parity.replay import comparable
from testbed.parity.session import Shop

SHOP = Shop(products=60, customers=20)
Answering = Callable[[str], tuple[int, dict[str, object]]]


def _handler(answer: Answering) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: two would wait for each other's receipt

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, document = answer(self.path)
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - names of the base class

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], str]]:
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answering) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _alike(path: str) -> tuple[int, dict[str, object]]:
    return 200, {"path": path, "token": "t"}


def test_stores_that_answer_alike_do_not_differ(serve: Callable[[Answering], str]) -> None:
    assert differences(serve(_alike), serve(_alike), shop=SHOP, steps=30, seed=1) == []


def test_one_wrong_cent_in_one_kind_of_answer_is_found(serve: Callable[[Answering], str]) -> None:
    def dearer(path: str) -> tuple[int, dict[str, object]]:
        status, document = _alike(path)
        return status, document | ({"cents": 1} if path.startswith("/api/search") else {})

    found = differences(serve(_alike), serve(dearer), shop=SHOP, steps=60, seed=1)
    assert found
    assert {difference.step.path for difference in found} == {"/search"}
    assert "cents" in str(found[0])


def test_another_status_is_a_difference(serve: Callable[[Answering], str]) -> None:
    def moody(path: str) -> tuple[int, dict[str, object]]:
        return (404 if path == "/api/cart" else 200), _alike(path)[1]

    found = differences(serve(_alike), serve(moody), shop=SHOP, steps=10, seed=1)
    assert {difference.step.path for difference in found} == {"/cart"}


def test_what_differs_by_nature_must_still_be_there() -> None:
    assert comparable({"token": "a"}) == comparable({"token": "b"})
    assert comparable({"token": "a"}) != comparable({})
    assert comparable([{"created_at": "x"}]) != comparable([{"created_at": None}])
