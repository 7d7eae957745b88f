"""What the edge answers by itself, in Envoy's own notation."""

from typing import Any

from store.runtime.limits import MAX_BODY_BYTES

RETRY_AFTER_S = 1


def local_replies() -> dict[str, Any]:
    """What Envoy answers itself is a problem document too, as the contract demands."""
    return {
        "mappers": [
            _overloaded(),
            _reply(404, 404, "not-found", "There is no such page."),
            _reply(408, 408, "request-timeout", "The request did not arrive in time."),
            _reply(413, 413, "content-too-large", f"A body holds at most {MAX_BODY_BYTES} bytes."),
            *(
                _reply(
                    status,
                    503,
                    "dependency-unavailable",
                    "A part of the store that this needs does not answer.",
                )
                for status in (502, 503, 504)
            ),
        ],
        "body_format": _problem("%RESPONSE_CODE%", "refused", "The edge refused this request."),
    }


def _overloaded() -> dict[str, Any]:
    """What exceeds a role's limit; Envoy's flag UO, upstream overflow."""
    detail = "The store is busy. Try again in a moment."
    return {
        "filter": {"response_flag_filter": {"flags": ["UO"]}},
        "status_code": 503,
        "headers_to_add": [{"header": {"key": "Retry-After", "value": str(RETRY_AFTER_S)}}],
        "body_format_override": _problem(503, "overloaded", detail),
    }


def _reply(status: int, becomes: int, name: str, detail: str) -> dict[str, Any]:
    comparison = {
        "op": "EQ",
        "value": {"default_value": status, "runtime_key": f"local_reply_{status}"},
    }
    return {
        "filter": {"status_code_filter": {"comparison": comparison}},
        "status_code": becomes,
        "body_format_override": _problem(becomes, name, detail),
    }


def _problem(status: int | str, name: str, detail: str) -> dict[str, Any]:
    document = {
        "type": f"/problems/{name}",
        "title": name.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
    }
    return {"json_format": document, "content_type": "application/problem+json"}
