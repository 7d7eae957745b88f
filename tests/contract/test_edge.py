"""What no library sends: a store reads it as its edge does, or never gets it."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from api import Api
from raw import exchange, get, head, receive, stalled

from store.sample.dataset import SAMPLE_PASSWORD, sample_email

SIGN_IN = "/api/sessions"
SLOW = 32
"""Twice the threads of an instance."""
AN_ATTACK = 100
"""Refusals in a second and a half. On two busy cores there were about 1,900."""
TOO_LARGE = b"x" * 70_000
CHUNK = b"1000\r\n" + b"x" * 4096 + b"\r\n"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("SCRIPT_NAME: /api/cart", "/api/cart/internal/carts/1"),
        ("SCRIPT_NAME: /api/products", "/api/products/internal/products?ids=1"),
        ("SCRIPT_NAME: /api", "/api/products/1"),
        ("SCRIPT_NAME: /elsewhere", "/api/products/1"),
        ("X-Envoy-Upstream-Rq-Timeout-Ms: 1", "/api/product-pages/1"),
        ("Expect: the-unexpected", "/api/products/1"),
    ],
)
def test_what_only_a_proxy_may_say_has_no_effect(store_url: str, header: str, target: str) -> None:
    said, plain = get(store_url, target, header), get(store_url, target)
    assert (said.status, said.body) == (plain.status, plain.body)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/api/%70roducts/1", 200),
        ("/%61%70%69/products/1", 200),
        ("/api/./products/../products/1", 200),
        ("/api/%2e/products/%2E%2e/products/1", 200),
        ("/elsewhere/../api/products/1", 200),
        ("\\api\\products\\1", 400),
        ("/api\\products\\1", 200),
        ("http://elsewhere/api/products/1", 200),
        ("/api/products/1/", 200),
        ("//api/products/1", 404),
        ("/api//products/1", 404),
        ("/api/products//1", 404),
        ("/api/products/1//", 404),
        ("/api;x/products/1", 404),
        ("/api/products;x/1", 404),
        ("/api/products/1;x", 400),
        ("/api/%2570roducts/1", 404),
        ("/api%2Fproducts/1", 400),
        ("/api/products%2f1", 400),
        ("/api%5Cproducts%5c1", 400),
        ("/api/products/%00", 400),
        ("/api/products/1%", 400),
        ("/api/products/%C3%A9", 400),
        ("/api/products/\xe9", 400),
        ("/api/products/1#x", 400),
        ("*", 400),
        ("api/products/1", 400),
        ("/api", 404),
        ("/api/", 404),
        ("/api/cart/internal/carts/1", 404),
        ("/internal/carts/1", 404),
        ("/./internal/carts/1", 404),
        ("/%69nternal/carts/1", 404),
    ],
)
def test_a_path_is_read_in_one_way_or_refused(store_url: str, target: str, status: int) -> None:
    answer = get(store_url, target)
    assert answer.status == status
    if status == 200:
        assert answer.json() == get(store_url, "/api/products/1").json()
    elif not target.startswith("/api;"):  # which is a page of the shop that is not there
        assert answer.problem in {"not-found", "bad-request", "invalid-input"}


def test_a_client_of_http_1_0_is_answered(store_url: str) -> None:
    answer = get(store_url, "/api/products/1", version="1.0")
    kept = get(store_url, "/api/products/1", "Connection: Keep-Alive", version="1.0")
    assert (answer.version, answer.status, answer.headers["connection"]) == (10, 200, "close")
    assert (kept.status, kept.headers["connection"]) == (200, "keep-alive")
    assert exchange(store_url, b"GET /api/products/1 HTTP/1.0\r\n\r\n").status == 200


@pytest.mark.parametrize(
    ("message", "status", "name"),
    [
        (head("POST", SIGN_IN, "Content-Length: 70000") + TOO_LARGE, 413, "content-too-large"),
        (head("POST", SIGN_IN, "Content-Length: 70000"), 413, "content-too-large"),
        (
            head("GET", "/api/products", "Content-Length: 18446744073709551615"),
            413,
            "content-too-large",
        ),
        (
            head("POST", SIGN_IN, "Transfer-Encoding: chunked") + 25 * CHUNK + b"0\r\n\r\n",
            413,
            "content-too-large",
        ),
        (head("GET", "/api/search?q=" + "x" * 4_096), 414, "uri-too-long"),
        (head("GET", "/api/" + "x" * 8_200), 414, "uri-too-long"),
        (head("GET", "/api/products", *["A: b"] * 120), 431, "request-header-fields-too-large"),
        (
            head("GET", "/api/products", f"A: {'b' * 17_000}"),
            431,
            "request-header-fields-too-large",
        ),
        (b"NONSENSE\r\n\r\n", 400, "bad-request"),
        (head("get", "/api/products"), 400, "bad-request"),
        (head("POST", SIGN_IN, "Content-Length: many"), 400, "bad-request"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_too_much_or_no_request_is_refused_with_a_problem(
    store_url: str, message: bytes, status: int, name: str
) -> None:
    answer = exchange(store_url, message)
    assert (answer.status, answer.problem) == (status, name)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "message",
    [
        head("GET", "/api/products/1?" + "x" * 4_000),
        head("GET", "/api/products/1", *[f"A-{n}: b" for n in range(98)]),
        head("GET", "/api/products/1", f"A: {'b' * 16_000}"),
        head("GET", "/api/products/1", "Content-Length: 65536") + b"x" * 65_536,
    ],
    ids=["target", "headers", "long header", "body"],
)
def test_what_is_just_not_too_much_is_answered(store_url: str, message: bytes) -> None:
    assert exchange(store_url, message).status == 200


def test_a_body_in_chunks_is_read_as_one(store_url: str) -> None:
    body = b'{"email": "nobody@example.com", "password": "wrong password"}'
    chunks = b"".join(b"1\r\n" + body[at : at + 1] + b"\r\n" for at in range(len(body)))
    message = head("POST", SIGN_IN, "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"
    assert exchange(store_url, message).status == 401


@contextmanager
def _bystanders(api: Api, seconds: float) -> Iterator[Counter[int]]:
    """Visitors who sign in and look at products meanwhile; their answers by status."""
    seen: Counter[int] = Counter()
    until = time.monotonic() + seconds

    def visit(number: int) -> None:
        with requests.Session() as http:
            http.trust_env = False
            one = Api(api.base_url, http=http)
            while time.monotonic() < until:
                body = {"email": sample_email(number), "password": SAMPLE_PASSWORD}
                seen[one.raw("POST", SIGN_IN, json=body).status_code] += 1
                seen[one.raw("GET", "/api/products/1").status_code] += 1

    with ThreadPoolExecutor(4) as visitors:
        visits = [visitors.submit(visit, number) for number in range(1, 5)]
        yield seen
        for each in visits:
            each.result()


def test_a_large_body_harms_no_other_visitor(api: Api) -> None:
    stop = threading.Event()
    large = head("POST", SIGN_IN, "Content-Length: 70000") + TOO_LARGE
    refused: Counter[int] = Counter()

    def send() -> None:
        while not stop.is_set():
            refused[exchange(api.base_url, large).status] += 1

    with ThreadPoolExecutor(1) as senders:
        try:
            with _bystanders(api, seconds=1.5) as seen:
                sending = senders.submit(send)
        finally:
            stop.set()
        sending.result()  # raises what ended it early
    assert seen.keys() == {200, 201}
    assert refused.keys() == {413}
    assert refused[413] >= AN_ATTACK


@pytest.mark.parametrize(
    "message",
    [
        head("POST", SIGN_IN, "Content-Length: 100") + b"{",
        head("POST", SIGN_IN, "Transfer-Encoding: chunked") + b"1\r\n{\r\n",
        head("GET", "/api/products/1")[:-2],
    ],
    ids=["body", "chunks", "headers"],
)
def test_clients_that_stall_harm_no_other_visitor(api: Api, message: bytes) -> None:
    with (
        stalled(api.base_url, SLOW, message),
        _bystanders(api, seconds=0.3) as seen,
    ):
        pass
    assert seen.keys() == {200, 201}


@pytest.mark.long  # it waits for the edge's limits
def test_a_request_that_does_not_arrive_in_time_is_told_so(store_url: str) -> None:
    start = time.monotonic()
    slow_body = head("POST", SIGN_IN, "Content-Length: 100") + b"{"
    with (
        stalled(store_url, 1, slow_body) as bodies,
        stalled(store_url, 1, head("GET", "/api")[:-2]) as heads,
    ):
        for (channel,), limit_s in ((heads, 5), (bodies, 10)):
            answer = receive(channel)
            assert (answer.status, answer.problem) == (408, "request-timeout")
            assert time.monotonic() - start == pytest.approx(limit_s, abs=2)
