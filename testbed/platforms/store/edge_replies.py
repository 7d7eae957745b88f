"""What the edge answers by itself, in Envoy's own notation."""

from typing import Any

from store.runtime.limits import MAX_BODY_BYTES, MAX_HEADERS, MAX_HEADERS_KIB, MAX_TARGET_BYTES

RETRY_AFTER_S = 1
ANSWER_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
"""Of every answer that says nothing else."""
UNAVAILABLE = "A part of the store that this needs does not answer."
HEADERS = f"A request holds at most {MAX_HEADERS} headers, of {MAX_HEADERS_KIB} KiB together."
REFUSALS = {
    400: ("bad-request", "This is no request that the store understands."),
    404: ("not-found", "There is no such page."),
    408: ("request-timeout", "The request did not arrive in time."),
    413: ("content-too-large", f"A body holds at most {MAX_BODY_BYTES} bytes."),
    414: ("uri-too-long", f"Path and query hold at most {MAX_TARGET_BYTES} bytes."),
    431: ("request-header-fields-too-large", HEADERS),
}
"""Name and sentence by status."""


def local_replies() -> dict[str, Any]:
    """What Envoy answers itself is a problem document too, as the contract demands."""
    return {
        "mappers": [
            _overloaded(),
            *(_reply(status, status, *words) for status, words in REFUSALS.items()),
            *(
                _reply(status, 503, "dependency-unavailable", UNAVAILABLE)
                for status in (502, 503, 504)
            ),
            {"filter": _status("GE", 400), "headers_to_add": _headers(ANSWER_HEADERS)},
        ],
        "body_format": _problem("%RESPONSE_CODE%", "refused", "The edge refused this request."),
    }


def _overloaded() -> dict[str, Any]:
    """What exceeds a role's limit; Envoy's flag UO, upstream overflow."""
    detail = "The store is busy. Try again in a moment."
    return {
        "filter": {"response_flag_filter": {"flags": ["UO"]}},
        "status_code": 503,
        "headers_to_add": _headers({"Retry-After": str(RETRY_AFTER_S), **ANSWER_HEADERS}),
        "body_format_override": _problem(503, "overloaded", detail),
    }


def _reply(status: int, becomes: int, name: str, detail: str) -> dict[str, Any]:
    return {
        "filter": _status("EQ", status),
        "status_code": becomes,
        "headers_to_add": _headers(ANSWER_HEADERS),
        "body_format_override": _problem(becomes, name, detail),
    }


def _status(operator: str, status: int) -> dict[str, Any]:
    value = {"default_value": status, "runtime_key": f"local_reply_{status}"}
    return {"status_code_filter": {"comparison": {"op": operator, "value": value}}}


def _headers(values: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "header": {"key": key, "value": value},
            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        }
        for key, value in values.items()
    ]


def _problem(status: int | str, name: str, detail: str) -> dict[str, Any]:
    document = {
        "type": f"/problems/{name}",
        "title": name.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
    }
    return {"json_format": document, "content_type": "application/problem+json"}
