"""What a peer's answer means."""

from typing import Any

import orjson

from store.runtime.clients.exchange import Reply
from store.runtime.problems import Problem
from store.runtime.resilience.failures import CallFailed

_CLIENT_ERROR = 400


def content_of(response: Reply, role: str) -> Any:
    """The JSON of a 2xx, None when it is empty; raises the Problem of a 4xx.

    CallFailed when it is neither of these.
    """
    try:
        content: Any = orjson.loads(response.data) if response.data else None
        if response.status < _CLIENT_ERROR:
            return content
        name = content["type"].removeprefix("/problems/")
        problem = Problem(response.status, name, content["detail"], _retry_after_s(response))
    except (orjson.JSONDecodeError, TypeError, KeyError, ValueError) as error:
        raise CallFailed(role, "the answer is not what was agreed") from error
    raise problem


def _retry_after_s(response: Reply) -> int | None:
    told = response.headers.get("Retry-After")
    return None if told is None else int(told)
