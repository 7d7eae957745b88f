"""What an instance answers to who reaches it past the edge: its own limits are the second door."""

from collections.abc import Callable

import pytest
from raw import Answer, exchange, get, head

from experiment.store import Architecture
from testbed.platforms.store.store import Store

SIGN_IN = "/api/sessions"
ACCOUNTS = {"monolith": "monolith", "microservices": "accounts"}
CHUNKS = 16 * (b"1000\r\n" + b"x" * 4096 + b"\r\n")
"""As much as is allowed."""


@pytest.fixture(params=["monolith", "microservices"])
def instance_url(
    request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]
) -> str:
    """Of the instance that signs customers in."""
    instances = running_store(request.param).instances()
    (instance,) = (each for each in instances if each.role == ACCOUNTS[request.param])
    return instance.url


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /healthz", "PATH_INFO: /api/sessions"])
def test_an_instance_takes_its_path_from_nobodys_header(instance_url: str, header: str) -> None:
    assert get(instance_url, "/healthz", header).json() == {"status": "alive"}


def _post(url: str, body: bytes, *headers: str) -> Answer:
    return exchange(url, head("POST", SIGN_IN, *headers) + body)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Transfer-Encoding: chunked", CHUNKS + b"1\r\nx\r\n0\r\n\r\n"),
        ("Content-Length: 70000", b"x" * 70_000),
    ],
    ids=["chunks", "announced"],
)
def test_a_body_that_is_too_large_is_refused_and_its_connection_not_used_again(
    instance_url: str, header: str, body: bytes
) -> None:
    answer = _post(instance_url, body, header)
    assert (answer.status, answer.problem) == (413, "content-too-large")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Transfer-Encoding: chunked", CHUNKS + b"0\r\n\r\n"),
        ("Content-Length: 65536", b"x" * 65_536),
    ],
    ids=["chunks", "announced"],
)
def test_a_body_of_just_the_limit_is_read(instance_url: str, header: str, body: bytes) -> None:
    answer = _post(instance_url, body, header)
    assert (answer.status, answer.problem) == (400, "invalid-input")


def test_a_long_body_that_nobody_read_does_not_close_a_shared_connection_unsaid(
    instance_url: str,
) -> None:
    message = head("POST", "/no-such-call", "Content-Length: 65536") + b"x" * 65_536
    answer = exchange(instance_url, message)
    assert (answer.status, answer.headers["connection"]) == (404, "close")


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("GET", "/healthz", {200}),
        ("POST", "/no-such-call", {404}),
        ("PUT", "/internal/no-such-call", {403, 404}),
        ("GET", SIGN_IN, {405}),
    ],
)
def test_nobody_waits_for_chunks_that_nobody_reads(
    instance_url: str, method: str, path: str, statuses: set[int]
) -> None:
    chunked = ["Transfer-Encoding: chunked", "Content-Type: application/json"]
    answer = exchange(instance_url, head(method, path, *chunked) + b"1\r\n{\r\n", within_s=3)
    assert answer.status in statuses
    assert answer.headers["connection"] == "close"


def test_a_form_in_chunks_is_read_as_one(running_store: Callable[[Architecture], Store]) -> None:
    (instance,) = (
        each for each in running_store("monolith").instances() if each.role == "monolith"
    )
    form = b"email=nobody@example.com&password=wrong+password"
    chunked = ["Transfer-Encoding: chunked", "Content-Type: application/x-www-form-urlencoded"]
    chunks = b"".join(b"1\r\n" + form[at : at + 1] + b"\r\n" for at in range(len(form)))
    answer = exchange(instance.url, head("POST", "/sign-in", *chunked) + chunks + b"0\r\n\r\n")
    assert b"nobody@example.com" in answer.body
