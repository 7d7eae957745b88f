"""The client with which services call each other: pooled connections and declared policies."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import g, has_app_context
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Retry, Timeout
from urllib3.exceptions import HTTPError, NewConnectionError

from microservices.breaker import CircuitBreaker
from microservices.peers import Peers
from microservices.policies import Policies
from store.runtime import trace
from store.runtime.problems import Problem

_NO_RETRIES = Retry(total=False)
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


class CallFailed(Exception):  # noqa: N818 - says what happened, as Problem does
    """The peer gave no answer worth the name: unreachable, too late, broken, or not asked."""

    def __init__(self, role: str, reason: str) -> None:
        super().__init__(f"{role}: {reason}")
        self.role = role
        self.reason = reason


class NotAsked(CallFailed):
    """The peer was sent nothing, so it cannot have acted."""


@dataclass(frozen=True)
class _Request:
    method: str
    target: str
    body: bytes | None
    headers: dict[str, str]

    def send_to(self, instance: HTTPConnectionPool, timeout_s: float) -> BaseHTTPResponse:
        return instance.urlopen(
            self.method,
            self.target,
            body=self.body,
            headers=self.headers,
            retries=_NO_RETRIES,
            redirect=False,
            timeout=Timeout(total=timeout_s),
        )


class _Guard:
    """What stands between this process and one peer role."""

    def __init__(self, policies: Policies, clock: Callable[[], float]) -> None:
        self.policies = policies
        self.breaker = CircuitBreaker(policies.breaker_failures, policies.breaker_open_s, clock)
        self.bulkhead = threading.Semaphore(policies.max_concurrent)


class Calls:
    """One client per process, for all its threads.

    Every method returns the decoded JSON of a 2xx answer (None when it is empty). It raises the
    peer's own ``Problem`` on a 4xx, and ``CallFailed`` on anything else. ``deadline_s`` overrides
    the policy's. An instance that refuses the connection has been sent nothing, so the next one
    is asked instead; a call that may have been received is never repeated.
    """

    def __init__(
        self,
        peers: Peers,
        policies: Mapping[str, Policies] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._peers = peers
        self._policies = dict(policies or {})
        self._clock = clock
        self._lock = threading.Lock()
        self._guards: dict[str, _Guard] = {}

    def get(
        self,
        role: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        target = f"{path}?{urlencode(query)}" if query else path
        return self._call(role, _Request("GET", target, None, _headers(headers)), deadline_s)

    def post(
        self,
        role: str,
        path: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        request = _Request("POST", path, orjson.dumps(body), _json_headers(headers))
        return self._call(role, request, deadline_s)

    def put(
        self,
        role: str,
        path: str,
        body: object,
        *,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        request = _Request("PUT", path, orjson.dumps(body), _json_headers(headers))
        return self._call(role, request, deadline_s)

    def delete(
        self,
        role: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        return self._call(role, _Request("DELETE", path, None, _headers(headers)), deadline_s)

    def _call(self, role: str, request: _Request, deadline_s: float | None) -> Any:
        guard = self._guard(role)
        if not guard.breaker.allows():
            raise NotAsked(role, "circuit open")
        if not guard.bulkhead.acquire(blocking=False):
            raise NotAsked(role, "too many calls at once")
        allowed_s = guard.policies.deadline_s if deadline_s is None else deadline_s
        until = self._clock() + allowed_s
        try:
            response = self._send(role, request, until)
        except CallFailed:
            guard.breaker.failed()
            raise
        finally:
            guard.bulkhead.release()
        guard.breaker.succeeded()
        return _answer(role, response)

    def _guard(self, role: str) -> _Guard:
        guard = self._guards.get(role)
        if guard is None:
            with self._lock:
                policies = self._policies.get(role, Policies())
                guard = self._guards.setdefault(role, _Guard(policies, self._clock))
        return guard

    def _send(self, role: str, request: _Request, until: float) -> BaseHTTPResponse:
        """Ask the instances in turn until one takes the request."""
        reason = "no instance"
        for instance in self._peers.instances(role):
            left_s = until - self._clock()
            if left_s <= 0:
                raise NotAsked(role, "deadline passed")
            try:
                response = request.send_to(instance, left_s)
            except NewConnectionError:
                reason = "every instance refused the connection"
                continue
            except HTTPError as error:
                raise CallFailed(role, type(error).__name__) from error
            if response.status >= _SERVER_ERROR:
                raise CallFailed(role, f"status {response.status}")
            return response
        raise NotAsked(role, reason)


def _headers(given: Mapping[str, str] | None) -> dict[str, str]:
    trace_id = g.trace_id if has_app_context() and "trace_id" in g else trace.new_trace_id()
    return {"traceparent": trace.traceparent(trace_id), **(given or {})}


def _json_headers(given: Mapping[str, str] | None) -> dict[str, str]:
    return {"Content-Type": "application/json", **_headers(given)}


def _answer(role: str, response: BaseHTTPResponse) -> Any:
    try:
        content: Any = orjson.loads(response.data) if response.data else None
        if response.status < _CLIENT_ERROR:
            return content
        name = content["type"].removeprefix("/problems/")
        problem = Problem(response.status, name, content["detail"])
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise CallFailed(role, "the answer is not what was agreed") from error
    raise problem
