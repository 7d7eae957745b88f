"""Sends the steps of a session to one store and reduces each answer to what must be equal."""

from dataclasses import dataclass
from typing import Any, Self

import requests

from testbed.parity.session import Step

TIMEOUT_S = 20.0
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
        self._tokens: dict[int, str] = {}
        self._http = requests.Session()
        self._http.trust_env = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def send(self, step: Step) -> Answer:
        response = self._http.request(
            step.method,
            f"{self._base}{step.path}",
            params=step.query,
            json=step.body,
            headers=self._headers(step),
            timeout=TIMEOUT_S,
        )
        body: Any = response.json() if response.content else None
        if step.path == "/sessions" and step.actor is not None and response.ok:
            self._tokens[step.actor] = body["token"]
        return Answer(
            response.status_code,
            response.headers.get("Content-Type", ""),
            ", ".join(sorted(response.headers.get("Allow", "").replace(" ", "").split(","))),
            "Retry-After" in response.headers,
            comparable(body),
        )

    def _headers(self, step: Step) -> dict[str, str]:
        headers = {}
        if step.actor is not None and step.actor in self._tokens:
            headers["Authorization"] = f"Bearer {self._tokens[step.actor]}"
        if step.key is not None:
            headers["Idempotency-Key"] = step.key
        return headers


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
