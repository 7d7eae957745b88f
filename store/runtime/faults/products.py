"""Which products a request names, for faults that strike one product only."""

from collections.abc import Iterable
from typing import Any

from flask import request


def named_in_request() -> set[int]:
    """Ids in the path (``product_id``), query (``product_id``, ``ids``) and lines of the body."""
    path = (request.view_args or {}).get("product_id", "")
    query = [request.args.get("product_id", ""), *request.args.get("ids", "").split(",")]
    return set(_ids([path, *query, *_in_lines()]))


def _in_lines() -> Iterable[Any]:
    match request.get_json(silent=True):
        case {"lines": [*lines]}:
            return [line.get("product_id") for line in lines if isinstance(line, dict)]
    return ()


def _ids(values: Iterable[Any]) -> Iterable[int]:
    """What is not a number is refused by the code behind the fault point."""
    return (int(value) for value in values if str(value).isdecimal())
