"""A client of the public contract that holds every answer against ``store/openapi.yaml``."""

import functools
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema_rs
import requests
import yaml

import store

DOCUMENT = Path(store.__file__).with_name("openapi.yaml")
PASSWORD = "a good password"


@functools.cache
def contract() -> dict[str, Any]:
    return yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))


@functools.cache
def _validator(schema: str) -> Any:
    document = {"$ref": f"#/components/schemas/{schema}", "components": contract()["components"]}
    return jsonschema_rs.validator_for(document)


def _template_of(path: str) -> str:
    for template in contract()["paths"]:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return str(template)
    raise AssertionError(f"{path} is not in the contract")


def _schema_name(response: dict[str, Any], content_type: str) -> str:
    if "$ref" in response:
        response = contract()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return str(response["content"][content_type]["schema"]["$ref"].rpartition("/")[2])


@dataclass
class Api:
    """One store as one caller sees it."""

    base_url: str
    token: str | None = None
    customer_id: int | None = None
    http: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self._call("GET", path, params=query)

    def post(self, path: str, body: Any, **headers: str) -> requests.Response:
        return self._call("POST", path, json=body, headers=headers)

    def add(self, product_id: int, quantity: int) -> requests.Response:
        return self.post(f"/cart/items/{product_id}", {"quantity": quantity})

    def put(self, path: str, body: Any) -> requests.Response:
        return self._call("PUT", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self._call("DELETE", path)

    def checkout(self, key: str | None = None, **body: Any) -> requests.Response:
        key = key or f"test-{uuid.uuid4()}"
        body = {"card": "card_ok"} | body
        return self._call("POST", "/orders", json=body, headers={"Idempotency-Key": key})

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        """A call that need not be in the contract."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})
        return self.http.request(
            method, f"{self.base_url}{path}", headers=headers, timeout=20, **options
        )

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        response = self.raw(method, f"/api{path}", **options)
        self._hold_to_contract(method, path, response)
        return response

    def _hold_to_contract(self, method: str, path: str, response: requests.Response) -> None:
        operation = contract()["paths"][_template_of(path)][method.lower()]
        status = str(response.status_code)
        assert status in operation["responses"], f"{method} {path} answered {status}, undocumented"
        expected = "application/problem+json" if not response.ok else "application/json"
        assert response.headers["Content-Type"] == expected
        _validator(_schema_name(operation["responses"][status], expected)).validate(response.json())
        if not response.ok:
            assert response.json()["status"] == response.status_code
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cache-Control"] == "no-store"

    def newcomer(self) -> "Api":
        """The same store as seen by a customer who has just registered and signed in."""
        email = f"{uuid.uuid4().hex}@example.com"
        account = {"email": email, "name": "New Comer", "password": PASSWORD}
        customer_id = self.post("/accounts", account).json()["customer_id"]
        session = self.post("/sessions", {"email": email, "password": PASSWORD}).json()
        return Api(self.base_url, session["token"], customer_id, self.http)


def problem(response: requests.Response) -> tuple[int, str]:
    """Status and name of a problem document."""
    return response.status_code, response.json()["type"].removeprefix("/problems/")
