"""How the edge treats clients, in Envoy's own notation: the same for any store behind it.

What is refused here never reaches a store, so that two stores cannot read it in two ways.
"""

from typing import Any

from store.runtime.limits import MAX_BODY_BYTES, MAX_HEADERS, MAX_HEADERS_KIB, MAX_TARGET_BYTES
from testbed.platforms.store.edge_replies import ANSWER_HEADERS

HEADERS_WITHIN_S = 5.0
"""From the first byte of a request to the end of its headers."""
REQUEST_WITHIN_S = 10.0
"""From the first byte of a request to its last."""
BUFFER = "whole-requests"
NOT_FROM_CLIENTS = (
    "forwarded", "via", "traceparent", "tracestate", "baggage", "proxy", "expect",
)  # fmt: skip
"""Headers that only a proxy, or a part of a store, may set; a client's are dropped, as all ``X-*``.

``Expect: 100-continue`` was answered by the edge before.
"""
FACTORS = {
    "edge and clients' requests": (
        "HTTP/1.0 and 1.1; dropped: headers with underscores, X-*, Forwarded, Via, trace headers; "
        "refused: empty segments and escaped slashes in a path, "
        f"a target of more than {MAX_TARGET_BYTES // 1024} KiB, more than {MAX_HEADERS} headers or "
        f"{MAX_HEADERS_KIB} KiB of them, a body of more than {MAX_BODY_BYTES // 1024} KiB"
    ),
    "edge and slow clients": (
        f"a request is passed on when all of it is there: headers within {HEADERS_WITHIN_S:g} s, "
        f"the whole within {REQUEST_WITHIN_S:g} s"
    ),
}

Config = dict[str, Any]

_NOT = {"invert_match": True}
_FILTERS = "type.googleapis.com/envoy.extensions.filters.http"


def strictness() -> Config:
    """Fields of the connection manager: how a request is read."""
    return {
        "common_http_protocol_options": {
            "headers_with_underscores_action": "DROP_HEADER",
            "max_headers_count": MAX_HEADERS,
        },
        # ApacheBench speaks it. It needs no Host there, and the stores need none.
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": "store"},
        "max_request_headers_kb": MAX_HEADERS_KIB,
        # No client is one of us, wherever it comes from: none may tell Envoy what to do.
        "internal_address_config": {},
        "normalize_path": True,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
    }


def runtime() -> Config:
    """Envoy refuses patterns of more than 100 steps; that of a long target has two for a byte."""
    steps = 4 * MAX_TARGET_BYTES
    return {"name": "edge", "static_layer": {"re2.max_program_size.error_level": steps}}


def time_limits() -> Config:
    """Fields of the connection manager: how long a request may take to arrive."""
    return {
        "request_headers_timeout": f"{HEADERS_WITHIN_S:g}s",
        "request_timeout": f"{REQUEST_WITHIN_S:g}s",
    }


def header_filter() -> Config:
    """Drops what a client may not say, and adds to each answer what it does not say itself."""
    extensions = {"remove_on_match": {"key_matcher": {"prefix": "x-"}}}
    dropped = [extensions, *({"remove": name} for name in NOT_FROM_CLIENTS)]
    added = [
        {"append": {"header": {"key": key, "value": value}, "append_action": "ADD_IF_ABSENT"}}
        for key, value in ANSWER_HEADERS.items()
    ]
    return {
        "name": "headers",
        "typed_config": {
            "@type": f"{_FILTERS}.header_mutation.v3.HeaderMutation",
            "mutations": {
                "request_mutations": dropped,
                "response_mutations": added,
            },
        },
    }


def buffer_filter() -> Config:
    """A request is passed on when all of it is there: slow clients hold no thread of a store."""
    return {
        "name": BUFFER,
        "typed_config": {
            "@type": f"{_FILTERS}.buffer.v3.Buffer",
            "max_request_bytes": MAX_BODY_BYTES,
        },
    }


def refusals() -> list[Config]:
    """Routes before all others. A body whose length is announced is refused before it is sent."""
    allowed = {"range_match": {"start": 0, "end": MAX_BODY_BYTES + 1}}
    length = "content-length"
    # "Not allowed" and not "more than": a length may lie beyond what Envoy counts in ranges.
    too_large = _headers((length, {"present_match": True}), (length, allowed | _NOT))
    too_long = {"string_match": {"safe_regex": {"regex": _longer(MAX_TARGET_BYTES)}}}
    return [
        _refusal(413, {"prefix": "/", **too_large}),
        _refusal(414, {"prefix": "/", **_headers((":path", too_long))}),
        _refusal(404, {"safe_regex": {"regex": ".*//.*"}}),
        # What services tell each other is not public.
        _refusal(404, {"path_separated_prefix": "/internal"}),
    ]


def _refusal(status: int, match: Config) -> Config:
    whole = {"@type": f"{_FILTERS}.buffer.v3.BufferPerRoute", "disabled": True}
    return {
        "match": match,
        "direct_response": {"status": status},
        "typed_per_filter_config": {BUFFER: whole},
    }


def _headers(*matches: tuple[str, Config]) -> Config:
    return {"headers": [{"name": name, **match} for name, match in matches]}


def _longer(than: int) -> str:
    """A repetition counts to 1,000 at most."""
    most = 1_000
    whole, rest = divmod(than, most)
    return f".{{{most}}}" * whole + f".{{{rest}}}.+"
