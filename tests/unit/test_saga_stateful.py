"""Checkouts step by step, any number at once, each of them crashed, slowed or repeated at will.

Every interleaving of the steps of concurrent attempts is reachable: duplicates, recoveries, and
attempts that were taken for dead and go on.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

sys.path.insert(0, str(Path(__file__).parent))

from saga_world import Crash, World

from microservices.orders.claims import Begun, Remembered
from microservices.orders.saga import Saga, Step, after, presumed_aborted
from store.rules import checkout
from store.rules.books import Checkout, History, audit
from store.runtime.problems import Problem

CUSTOMER = 1
CARDS = {"key-one": "card_visa", "key-two": "card_declined", "key-three": "card_visa"}
FATES = (
    "fine",
    "refused connection",
    "lost request",
    "lost answer",
    "late request",
    "after expiry",
)
keys = st.sampled_from(sorted(CARDS))
fates = st.sampled_from(FATES)
places = st.integers(0, 20)


@dataclass
class Call:
    """A client that waits for its answer, or, without a key, the recovery."""

    saga: Saga
    sent_s: float
    key: str = ""


class Checkouts(RuleBasedStateMachine):
    @initialize(pieces=st.integers(0, 6))
    def open(self, pieces: int) -> None:
        self.world = World(pieces)
        self.running: list[Call] = []
        self.told: list[Checkout] = []
        self.clock = 0.0

    @rule(key=keys)
    def check_out(self, key: str) -> None:
        self._claim(key, self._now())

    @precondition(lambda self: self.running)
    @rule(place=places, fate=fates)
    def take_a_step(self, place: int, fate: str) -> None:
        self._step(self.running[place % len(self.running)], fate)

    @precondition(lambda self: self.running)
    @rule(place=places, steps=st.integers(2, 7))
    def take_steps(self, place: int, steps: int) -> None:
        call = self.running[place % len(self.running)]
        for _ in range(steps):
            if call in self.running:
                self._step(call, "fine")

    @precondition(lambda self: self.running)
    @rule(place=places, fate=st.sampled_from(["crash before", "crash after"]))
    def crash_around_a_step(self, place: int, fate: str) -> None:
        call = self.running[place % len(self.running)]
        try:
            self._step(call, fate)
        except Crash:
            self.running.remove(call)
            if call.key:
                self._tell(call, "info")

    @rule()
    def recover(self) -> None:
        self.running += [Call(saga, self._now()) for saga in self.world.take_unfinished()]

    @rule()
    def end_leases(self) -> None:
        self.world.end_leases()

    @rule()
    def late_requests_arrive(self) -> None:
        while self.world.late:
            self.world.late.pop(0)()

    @rule(pieces=st.integers(1, 3))
    def put_into_the_cart(self, pieces: int) -> None:
        self.world.cart_version += 1
        self.world.cart = pieces

    @invariant()
    def stock_adds_up_at_all_times(self) -> None:
        if hasattr(self, "world"):
            stock = self.world.inventory
            assert stock.initial == stock.on_hand + stock.reserved + stock.sold
            assert min(stock.on_hand, stock.reserved, stock.sold) >= 0

    @invariant()
    def nothing_leaves_a_cart_unbought(self) -> None:
        if hasattr(self, "world"):
            assert not self.world.drops_unbought()

    @invariant()
    def nothing_of_a_cart_is_bought_twice(self) -> None:
        if hasattr(self, "world"):
            assert not self.world.buys_twice()

    @invariant()
    def one_checkout_at_a_time_pays_for_a_cart(self) -> None:
        if hasattr(self, "world"):
            running = [row["status"] for row in self.world.sagas.values()].count("running")
            assert running <= 1

    def teardown(self) -> None:
        """The faults are over and everything has had its time."""
        if not hasattr(self, "world"):
            return
        self._finish()
        self.end_leases()
        self.recover()
        self._finish()
        self.late_requests_arrive()
        self.nothing_leaves_a_cart_unbought()
        assert audit(self.world.books(), History(tuple(self.told))) == []

    def _finish(self) -> None:
        while self.running:
            self._step(self.running[0], "fine")

    def _claim(self, key: str, sent_s: float) -> None:
        order_id = checkout.order_id(CUSTOMER, key)
        call = Call(Saga(order_id, 0, CUSTOMER, CARDS[key]), sent_s, key)
        try:
            claim = self.world.claim(order_id, CUSTOMER, "same")
        except Problem as problem:
            self._tell(call, "info", problem)  # the same checkout is still running
            return
        if isinstance(claim, Remembered):
            self._answer(call, claim.refusal)
        elif isinstance(claim, Begun):
            call.saga = Saga(order_id, claim.attempt, CUSTOMER, CARDS[key])
            self.running.append(call)
        else:
            call.saga = presumed_aborted(order_id, claim.attempt, CUSTOMER)
            self.running.append(call)

    def _step(self, call: Call, fate: str) -> None:
        self.world.fates = iter([fate])
        call.saga = after(call.saga, self.world.perform(call.saga))
        if call.saga.step is Step.END:
            self.running.remove(call)
            self._ended(call)

    def _ended(self, call: Call) -> None:
        saga = call.saga
        if call.key and (saga.order is not None or saga.refusal is not None):
            self._answer(call, None if saga.order else saga.refusal)
        elif call.key:  # what an earlier attempt left is undone, or was tried to be
            self._answer_or_begin_again(call)

    def _answer_or_begin_again(self, call: Call) -> None:
        if self.world.sagas[call.saga.order_id]["status"] == "undoing":
            self._answer(call, Problem(503, "dependency-unavailable", ""))
        else:
            self._claim(call.key, call.sent_s)

    def _answer(self, call: Call, refusal: Problem | None) -> None:
        self._tell(call, "fail" if refusal else "ok", refusal)

    def _tell(self, call: Call, result: str, refusal: Problem | None = None) -> None:
        order_id = str(call.saga.order_id)
        self.told.append(
            Checkout(
                order_id,
                result,  # type: ignore[arg-type]  # one of the three
                call.sent_s,
                self._now(),
                problem=refusal.name if refusal else "",
                digest=f"{refusal.name} {refusal.detail}" if refusal else result,
                told_order_id=order_id if result == "ok" else "",
            )
        )

    def _now(self) -> float:
        self.clock += 1.0
        return self.clock


TestCheckouts = Checkouts.TestCase
TestCheckouts.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
