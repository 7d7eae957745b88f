"""The client with which services call each other: pooled connections, each role behind a guard."""

import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import g, has_app_context

from microservices.calls.answer import content_of
from store.runtime import trace
from store.runtime.callers import bearing
from store.runtime.clients.exchange import Reply
from store.runtime.peers import Peers
from store.runtime.resilience import deadline
from store.runtime.resilience.failures import NotAsked
from store.runtime.resilience.guard import Guard, Protection
from store.runtime.resilience.limits import Limits
from store.runtime.resilience.sending import RefusedError, Request

Headers = Mapping[str, str]


def is_internal(path: str) -> bool:
    """Whether it is for other services alone."""
    return path.startswith("/internal")


class Calls:
    """One client per process, for all its threads.

    Every method returns the decoded JSON of a 2xx answer (None when it is empty). It raises the
    peer's own ``Problem`` on a 4xx, and ``CallFailed`` on anything else. ``deadline_s`` overrides
    the limit's. An instance that refuses the connection has been sent nothing, so the next one
    is asked instead; a call that may have been received is repeated by the retry policy only.
    ``token`` is what services demand on their internal paths, and is sent to those alone.
    """

    def __init__(
        self,
        peers: Peers,
        limits: Mapping[str, Limits],
        protection: Protection,
        token: str | None = None,
    ) -> None:
        self._peers = peers
        self._credentials = bearing(token)
        self._limits = dict(limits)
        self._protection = protection
        self._instrument = protection.telemetry.switch
        self._tells_deadline = protection.policies.deadline == "propagated"
        self._lock = threading.Lock()
        self._guards: dict[str, Guard] = {}

    def get(
        self,
        role: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Headers | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        target = f"{path}?{urlencode(query)}" if query else path
        return self._call(
            role, Request("GET", target, None, self._headers(path, headers)), deadline_s
        )

    def post(
        self,
        role: str,
        path: str,
        body: object,
        *,
        headers: Headers | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        request = Request("POST", path, orjson.dumps(body), self._json_headers(path, headers))
        return self._call(role, request, deadline_s)

    def put(
        self,
        role: str,
        path: str,
        body: object,
        *,
        headers: Headers | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        request = Request("PUT", path, orjson.dumps(body), self._json_headers(path, headers))
        return self._call(role, request, deadline_s)

    def delete(
        self,
        role: str,
        path: str,
        *,
        headers: Headers | None = None,
        deadline_s: float | None = None,
    ) -> Any:
        return self._call(
            role, Request("DELETE", path, None, self._headers(path, headers)), deadline_s
        )

    def _call(self, role: str, request: Request, deadline_s: float | None) -> Any:
        response = self._guard(role).call(
            lambda until: self._send(role, request, until),
            is_repeatable=request.is_repeatable,
            deadline_s=deadline_s,
        )
        return content_of(response, role)

    def _guard(self, role: str) -> Guard:
        guard = self._guards.get(role)
        if guard is None:
            with self._lock:
                limits = self._limits.get(role, Limits())
                guard = self._guards.setdefault(role, Guard(role, limits, self._protection))
        return guard

    def _send(self, role: str, request: Request, until: float) -> Reply:
        """Ask the instances in turn until one takes the request."""
        reason = "no instance"
        for instance in self._peers.instances(role):
            left_s = until - self._protection.clock()
            if left_s <= 0:
                raise NotAsked(role, "deadline passed")
            told = deadline.header(left_s) if self._tells_deadline else None
            try:
                return request.send(instance, role, left_s, told)
            except RefusedError:
                reason = "every instance refused the connection"
        raise NotAsked(role, reason)

    def _headers(self, path: str, given: Headers | None) -> dict[str, str]:
        """Behind a public path may be a deployable that holds no token: it is not told ours."""
        credentials = self._credentials if is_internal(path) else {}
        traced = _trace() if self._instrument.is_on else {}
        return {**traced, **credentials, **(given or {})}

    def _json_headers(self, path: str, given: Headers | None) -> dict[str, str]:
        return {"Content-Type": "application/json", **self._headers(path, given)}


def _trace() -> dict[str, str]:
    trace_id = g.trace_id if has_app_context() and "trace_id" in g else trace.new_trace_id()
    return {"traceparent": trace.traceparent(trace_id)}
