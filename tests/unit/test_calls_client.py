import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest

from microservices.calls.client import Calls
from store.runtime.callers import TOKEN_HEADER
from store.runtime.clients import opener
from store.runtime.peers import Peers
from store.runtime.policies import Policies
from store.runtime.problems import Problem
from store.runtime.resilience.failures import CallFailed, NotAsked
from store.runtime.resilience.guard import Protection
from store.runtime.resilience.limits import Limits
from store.runtime.settings import ClientName
from store.runtime.state_changes import StateChanges
from store.runtime.telemetry import Telemetry

Answer = tuple[int, bytes]
NOT_FOUND = Problem(404, "not-found", "There is no such product.")


class Peer(ThreadingHTTPServer):
    """A peer that keeps connections alive, remembers what it was sent and answers as told."""

    daemon_threads = True

    def __init__(self, answer: Callable[[], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.requests: list[tuple[str, str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.connections: set[Any] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Peer

    def respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests.append((self.command, self.path, json.loads(body or "null")))
        self.server.headers.append(dict(self.headers))
        self.server.connections.add(self.client_address)
        status, content = self.server.answer()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = respond  # noqa: N815 - named by http.server

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(answer: Callable[[], Answer]) -> Iterator[Peer]:
    with Peer(answer) as peer:
        thread = threading.Thread(target=peer.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield peer
        finally:
            peer.shutdown()
            thread.join()


def ok() -> Answer:
    return 200, b'{"answer": 42}'


def refusing_url() -> str:
    """Nobody listens there any more."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=get_args(ClientName))
def calls_to(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Calls]:
    """Calls by either client."""

    def build(
        *urls: str, policies: Policies | None = None, token: str | None = None, **limits: Any
    ) -> Calls:
        file = tmp_path / "peers.json"
        file.write_text(json.dumps({"catalog": urls}))
        protection = Protection(policies or Policies(), Telemetry(None), StateChanges(None))
        peers = Peers(file, connect=opener(request.param))
        return Calls(peers, {"catalog": Limits(**limits)}, protection, token)

    return build


def test_a_call_returns_the_decoded_answer(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(ok))
    assert calls_to(peer.url).get("catalog", "/x", query={"ids": "1,2"}) == {"answer": 42}
    assert peer.requests == [("GET", "/x?ids=1%2C2", None)]


def test_a_body_is_sent_as_json(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(ok))
    calls = calls_to(peer.url)
    calls.post("catalog", "/x", {"a": 1}, headers={"Idempotency-Key": "k"})
    calls.put("catalog", "/y", [2])
    assert peer.requests == [("POST", "/x", {"a": 1}), ("PUT", "/y", [2])]
    assert peer.headers[0]["Content-Type"] == "application/json"
    assert peer.headers[0]["Idempotency-Key"] == "k"


def test_the_token_goes_to_internal_paths_alone(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(ok))
    calls = calls_to(peer.url, token="a token for tests")
    for path in ("/internal/x", "/x", "/api/internal/x"):
        calls.get("catalog", path)
        calls.delete("catalog", path)
        calls.post("catalog", path, {})
        calls.put("catalog", path, {})
    told = [
        path
        for (_, path, _), sent in zip(peer.requests, peer.headers, strict=True)
        if TOKEN_HEADER in sent
    ]
    assert told == 4 * ["/internal/x"]


def test_an_empty_answer_is_none(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(lambda: (204, b"")))
    assert calls_to(peer.url).delete("catalog", "/x") is None


def test_calls_reuse_one_connection(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(ok))
    calls = calls_to(peer.url)
    for _ in range(5):
        calls.get("catalog", "/x")
    assert len(peer.connections) == 1


def test_each_call_carries_a_traceparent(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(ok))
    calls_to(peer.url).get("catalog", "/x")
    assert len(peer.headers[0]["traceparent"].split("-")) == 4


def test_instances_are_asked_in_turns(stack: ExitStack, calls_to: Any) -> None:
    peers = [stack.enter_context(serving(ok)) for _ in range(3)]
    calls = calls_to(*(peer.url for peer in peers))
    for _ in range(6):
        calls.get("catalog", "/x")
    assert [len(peer.requests) for peer in peers] == [2, 2, 2]


def test_an_instance_that_refuses_is_passed_over(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(ok))
    calls = calls_to(refusing_url(), peer.url)
    assert [calls.post("catalog", "/x", {}) for _ in range(4)] == [{"answer": 42}] * 4


def test_a_role_whose_instances_all_refuse_was_not_asked(calls_to: Any) -> None:
    with pytest.raises(NotAsked, match="catalog: every instance refused"):
        calls_to(refusing_url(), refusing_url()).get("catalog", "/x")


def test_a_role_without_instances_was_not_asked(calls_to: Any) -> None:
    with pytest.raises(NotAsked, match="no instance"):
        calls_to().get("catalog", "/x")


def test_a_problem_of_the_peer_passes_through(stack: ExitStack, calls_to: Any) -> None:
    document = json.dumps(NOT_FOUND.document()).encode()
    peer = stack.enter_context(serving(lambda: (404, document)))
    with pytest.raises(Problem) as raised:
        calls_to(peer.url).get("catalog", "/x")
    assert raised.value.document() == NOT_FOUND.document()


@pytest.mark.parametrize("answer", [(500, b"{}"), (503, b"{}"), (404, b"<html>"), (200, b"{")])
def test_any_other_answer_is_a_failure(answer: Answer, stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(lambda: answer))
    with pytest.raises(CallFailed) as raised:
        calls_to(peer.url).get("catalog", "/x")
    assert not isinstance(raised.value, NotAsked)


def test_a_peer_that_hangs_up_after_it_was_asked_is_not_asked_again(
    stack: ExitStack, calls_to: Any
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted = []

        def hang_up() -> None:
            connection, _ = listener.accept()
            accepted.append(connection.recv(4096))
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        other = stack.enter_context(serving(ok))
        calls = calls_to(f"http://127.0.0.1:{listener.getsockname()[1]}", other.url)
        with pytest.raises(CallFailed, match="ProtocolError"):
            calls.post("catalog", "/x", {})
        thread.join()
    assert (len(accepted), other.requests) == (1, [])


def test_a_call_fails_when_its_deadline_has_passed(stack: ExitStack, calls_to: Any) -> None:
    released = threading.Event()
    stack.callback(released.set)
    peer = stack.enter_context(serving(lambda: (released.wait(10), ok())[1]))
    stack.callback(released.set)
    start = time.monotonic()
    with pytest.raises(CallFailed, match="ReadTimeoutError"):
        calls_to(peer.url).get("catalog", "/x", deadline_s=0.1)
    assert time.monotonic() - start < 2


def test_an_open_circuit_spares_the_peer(stack: ExitStack, calls_to: Any) -> None:
    peer = stack.enter_context(serving(lambda: (500, b"{}")))
    calls = calls_to(peer.url, breaker_failures=2, breaker_open_s=60.0)
    for _ in range(5):
        with pytest.raises(CallFailed):
            calls.get("catalog", "/x")
    assert len(peer.requests) == 2


def test_a_refusal_on_its_merits_does_not_open_the_circuit(stack: ExitStack, calls_to: Any) -> None:
    document = json.dumps(NOT_FOUND.document()).encode()
    peer = stack.enter_context(serving(lambda: (404, document)))
    calls = calls_to(peer.url, breaker_failures=1, breaker_open_s=60.0)
    for _ in range(3):
        with pytest.raises(Problem):
            calls.get("catalog", "/x")
    assert len(peer.requests) == 3


def test_the_bulkhead_refuses_what_exceeds_it_and_frees_its_places(
    stack: ExitStack, calls_to: Any
) -> None:
    asked, released = threading.Event(), threading.Event()
    peer = stack.enter_context(serving(lambda: (asked.set(), released.wait(10), ok())[2]))
    stack.callback(released.set)
    calls = calls_to(peer.url, max_concurrent=1)
    first = threading.Thread(target=calls.get, args=("catalog", "/x"))
    first.start()
    assert asked.wait(10)
    with pytest.raises(NotAsked, match="too many calls at once"):
        calls.get("catalog", "/x")
    released.set()
    first.join()
    assert calls.get("catalog", "/x") == {"answer": 42}
