"""A running store under a fault, and the size of what it does."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from experiment.faults.plan import FaultPlan
from experiment.store import Architecture
from store.payment_provider import fate
from store.rules import checkout
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.faults.catalogue import fault_for
from testbed.faults.fault import Fault
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.platform import RoleUsage, RunningStore

RECOMMENDATIONS = "/api/recommendations?product_id=1"
CARD = "card_ok"
PATIENCE_S = 10.0
_KEYS = itertools.count(1)


def eventually(holds: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@dataclass(frozen=True)
class Patient:
    architecture: Architecture
    store: RunningStore
    http: requests.Session
    board: FaultBoard

    @contextmanager
    def under(self, *plans: FaultPlan) -> Iterator[list[Fault]]:
        """Hold the faults while the block runs; each has bitten by its end."""
        faults = [fault_for(plan, self.board, seed=11) for plan in plans]
        try:
            for fault in faults:
                fault.inject()
            yield faults
            assert all(fault.bite().felt for fault in faults)
        finally:
            for fault in faults:
                fault.lift()

    def get(self, path: str, timeout_s: float = PATIENCE_S) -> requests.Response:
        return self.http.get(self.store.url + path, timeout=timeout_s)

    def status(self, path: str) -> int:
        return self.get(path).status_code

    def seconds(self, path: str) -> float:
        start = time.monotonic()
        assert self.status(path) == 200
        return time.monotonic() - start

    def usage_of(self, role: str) -> RoleUsage:
        """Usage of whatever runs the code of ``role``."""
        runs = "monolith" if self.architecture == "monolith" else role
        return next(usage for usage in self.store.usage() if usage.role == runs)

    def call_in_background(self, path: str) -> "Pending":
        return Pending(self.store.url + path)

    def buyer(self, customer_id: int) -> "Buyer":
        credentials = {"email": sample_email(customer_id), "password": SAMPLE_PASSWORD}
        answer = self.http.post(self.store.url + "/api/sessions", json=credentials, timeout=10)
        return Buyer(self, customer_id, {"Authorization": f"Bearer {answer.json()['token']}"})


@dataclass(frozen=True)
class Buyer:
    """A sample customer who is signed in."""

    patient: Patient
    customer_id: int
    headers: dict[str, str]

    def order(self, product_id: int) -> str:
        """Id of a confirmed order of one piece."""
        self._call("PUT", f"/api/cart/items/{product_id}", json={"quantity": 1})
        key = next(key for key in map("fault-{:06}".format, _KEYS) if self._is_accepted(key))
        answer = self._call("POST", "/api/orders", json={"card": CARD, "coupon": None}, key=key)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["order_id"])

    def _is_accepted(self, key: str) -> bool:
        return not fate.is_declined(str(checkout.order_id(self.customer_id, key)), CARD)

    def _call(self, method: str, path: str, *, json: Any, key: str = "") -> requests.Response:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        url = self.patient.store.url + path
        return self.patient.http.request(method, url, json=json, headers=headers, timeout=10)


class Pending:
    """A call under way in a thread of its own."""

    def __init__(self, url: str) -> None:
        self._status = 0
        self._thread = threading.Thread(target=self._run, args=(url,))
        self._thread.start()

    def _run(self, url: str) -> None:
        self._status = requests.get(url, timeout=PATIENCE_S).status_code

    def is_answered_within(self, seconds: float) -> bool:
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def status(self) -> int:
        self._thread.join()
        return self._status
