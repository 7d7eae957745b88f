"""Checkout: claims the key, runs the saga, takes up what others left unfinished."""

from dataclasses import dataclass, field
from queue import SimpleQueue
from uuid import UUID

from microservices.orders.claims import BATCH, Begun, Claims, Remembered, Unfinished
from microservices.orders.records import Document, Records
from microservices.orders.saga import Saga, presumed_aborted, run
from microservices.orders.steps import Steps
from store.rules import checkout
from store.runtime.inputs import Checkout
from store.runtime.problems import Problem, dependency_unavailable
from store.runtime.telemetry import Telemetry


@dataclass(frozen=True)
class Checkouts:
    claims: Claims
    records: Records
    steps: Steps
    telemetry: Telemetry
    _abandoned: "SimpleQueue[Saga]" = field(default_factory=SimpleQueue, init=False)
    """Attempts that broke off in this process, for whoever resumes."""

    def checkout(self, customer_id: int, key: str, wanted: Checkout) -> Document:
        """The contract's ``Order``; raises the Problems that the contract names."""
        with self.telemetry.rules():
            order_id = checkout.order_id(customer_id, key)
            fingerprint = checkout.fingerprint(wanted.card, wanted.coupon)
            is_coupon_known = wanted.coupon is None or checkout.find_coupon(wanted.coupon)
        if not is_coupon_known:
            self.claims.check(order_id, fingerprint)
            raise Problem(422, "coupon-unknown", "There is no coupon of that name.")
        claim = self._claim(order_id, customer_id, fingerprint)
        if isinstance(claim, Remembered):
            if claim.refusal is not None:
                raise claim.refusal
            return self.records.one(customer_id, order_id)
        saga = Saga(order_id, claim.attempt, customer_id, wanted.card, wanted.coupon)
        return _answer(self._run(saga))

    def resume_unfinished(self) -> bool:
        """Run sagas that broke off or have duties left; whether there may be more."""
        self._give_up_abandoned()
        sagas = self.claims.take_unfinished()
        for saga in sagas:
            run(saga, self.steps.perform)
        return len(sagas) == BATCH

    def _run(self, saga: Saga) -> Saga:
        """To its end; one that the own database broke off is left to whoever resumes."""
        try:
            return run(saga, self.steps.perform)
        except Exception:
            self._abandoned.put(saga)
            raise

    def _give_up_abandoned(self) -> None:
        while not self._abandoned.empty():
            saga = self._abandoned.get()
            try:
                self.claims.abandon(saga)
            except Exception:
                self._abandoned.put(saga)
                raise

    def _claim(self, order_id: UUID, customer_id: int, fingerprint: str) -> Begun | Remembered:
        claim = self.claims.claim(order_id, customer_id, fingerprint)
        if isinstance(claim, Unfinished):
            run(presumed_aborted(order_id, claim.attempt, customer_id), self.steps.perform)
            claim = self.claims.claim(order_id, customer_id, fingerprint)
        if isinstance(claim, Unfinished):  # still: what has to be asked for it is gone
            raise dependency_unavailable("orders")
        return claim


def _answer(saga: Saga) -> Document:
    if saga.order is not None:
        return saga.order
    raise saga.refusal or dependency_unavailable("orders")
