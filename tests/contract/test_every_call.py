"""What holds for the store as a whole, whichever call it is."""

import pytest
import requests
from api import Api


def _is_problem(response: requests.Response, status: int) -> bool:
    return (
        response.status_code == status
        and response.headers["Content-Type"] == "application/problem+json"
        and response.json()["status"] == status
    )


def test_an_unknown_path_is_a_problem_document(api: Api) -> None:
    assert _is_problem(api.raw("GET", "/api/no-such-call"), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/api/products"), ("POST", "/api/search"), ("PATCH", "/api/cart")],
)
def test_a_method_that_a_path_lacks_is_told_with_those_it_has(
    api: Api, method: str, path: str
) -> None:
    answer = api.raw(method, path)
    assert _is_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"NaN"])
def test_a_body_that_is_not_json_is_refused(api: Api, content: bytes) -> None:
    assert _is_problem(api.raw("POST", "/api/sessions", data=content), 400)


def test_a_body_beyond_64_kib_is_refused(api: Api) -> None:
    assert _is_problem(api.raw("POST", "/api/sessions", data=b"x" * 70_000), 413)


def test_what_is_internal_is_not_reachable_from_outside(api: Api) -> None:
    for path in ("/internal/products?ids=1", "/internal/stock/1", "/internal/carts/1"):
        assert api.raw("GET", path).status_code == 404


def test_every_answer_names_the_instance_that_gave_it(api: Api) -> None:
    assert api.get("/products/1").headers["X-Instance"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_the_store_says_that_it_is_well(api: Api, path: str) -> None:
    assert api.raw("GET", path).status_code == 200
