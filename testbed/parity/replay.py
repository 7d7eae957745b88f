"""Sends the steps of a session to one store and reduces each answer to what must be equal."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from typing import Any, Self
from urllib.parse import urlsplit

import orjson
import requests

from testbed.parity.session import Step

TIMEOUT_S = 20.0
Headers = Mapping[str, str] | HTTPMessage
HIDDEN = {"token": "a token", "created_at": "a time"}
"""Members that differ by nature; their presence and type are still compared."""


@dataclass(frozen=True)
class Answer:
    """What is compared of an answer."""

    status: int
    content_type: str
    allow: str
    says_when: bool
    """Whether it says after which time to try again; the time itself differs."""
    body: Any


class Replayer:
    """One store's side of a replay; keeps the tokens of the actors. Use as a context manager."""

    def __init__(self, base_url: str) -> None:
        self._base = f"{base_url}/api"
        self._address = urlsplit(base_url).netloc
        self._tokens: dict[int, str] = {}
        self._http = requests.Session()
        self._http.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, step: Step) -> Answer:
        return self._send_verbatim(step) if step.verbatim else self._send(step)

    def _send(self, step: Step) -> Answer:
        response = self._http.request(
            step.method,
            f"{self._base}{step.path}",
            params=step.query,
            json=step.body,
            headers=self._headers(step),
            timeout=TIMEOUT_S,
        )
        answer = _answer(response.status_code, response.headers, response.content)
        if step.path == "/sessions" and step.actor is not None and response.ok:
            self._tokens[step.actor] = response.json()["token"]
        return answer

    def _send_verbatim(self, step: Step) -> Answer:
        """Other clients straighten a path before they send it."""
        with closing(HTTPConnection(self._address, timeout=TIMEOUT_S)) as connection:
            connection.request(step.method, step.path, headers=self._headers(step))
            response = connection.getresponse()
            return _answer(response.status, response.headers, response.read())

    def _headers(self, step: Step) -> dict[str, str]:
        headers = {}
        token = step.forged or self._tokens.get(step.actor or 0)
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if step.key is not None:
            headers["Idempotency-Key"] = step.key
        return headers


def _answer(status: int, headers: Headers, content: bytes) -> Answer:
    """A page of the shop is compared by its status alone: it names the instance that made it."""
    content_type = headers.get("Content-Type", "")
    is_page = content_type.startswith("text/html")
    allowed = headers.get("Allow", "").replace(" ", "").split(",")
    body = comparable(orjson.loads(content)) if content and not is_page else None
    return Answer(status, content_type, ", ".join(sorted(allowed)), "Retry-After" in headers, body)


def comparable(value: Any) -> Any:
    """The value with everything replaced that differs by nature."""
    if isinstance(value, dict):
        return {
            name: HIDDEN[name] if name in HIDDEN and isinstance(member, str) else comparable(member)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [comparable(member) for member in value]
    return value
