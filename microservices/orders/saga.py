"""The checkout saga as a pure state machine: what to do next, given what came of the last step.

Until an order is confirmed, every trouble leads back: what may have happened is undone. Confirming
is one local transaction and the point of no return; after it there is only the way forward. So a
saga whose process died needs no memory of how far it came (presumed abort), and three writes are
enough for one that goes well: the claim before the first effect, the confirmation, the end.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from store.rules.checkout import Total
from store.runtime.problems import Problem, dependency_unavailable

REMEMBERED = frozenset({"payment-declined", "sold-out"})
"""Refusals that a repeat with the same key gets again."""


class Step(StrEnum):
    """What is to be done next."""

    READ_CART = "read-cart"
    RESERVE = "reserve"
    CHARGE = "charge"
    SELL = "sell"
    CONFIRM = "confirm"
    RELEASE = "release"
    REFUND = "refund"
    EMPTY_CART = "empty-cart"
    CLOSE = "close"
    """Write down how it went, and which duties are left for later."""
    END = "end"


@dataclass(frozen=True)
class Purchase:
    """What is bought."""

    lines: tuple[dict[str, Any], ...]
    """The contract's ``Line`` each, by ascending product id; none when the cart is empty."""
    total: Total
    cart_version: int = 0
    """What is put into the cart later has a higher one, and is not bought."""


@dataclass(frozen=True)
class Done:
    value: Any = None


@dataclass(frozen=True)
class Refused:
    """The peer decided against it and did nothing."""

    problem: Problem


@dataclass(frozen=True)
class Failed:
    """The peer gave no answer."""

    role: str
    may_have_acted: bool = True


Outcome = Done | Refused | Failed


@dataclass(frozen=True)
class Saga:
    """One attempt to check out.

    A client may come back with the same key after an attempt that was undone; the number of the
    attempt keeps its effects apart from those of the one before.
    """

    order_id: UUID
    attempt: int
    customer_id: int
    card: str = ""
    coupon: str | None = None
    step: Step = Step.READ_CART
    purchase: Purchase | None = None
    duties: frozenset[Step] = frozenset()
    """What must be done before the saga may end: undo what may have happened or, once the order
    is confirmed, empty the cart."""
    cart_version: int = 0
    """That of the purchase, once the order is confirmed."""
    is_confirmed: bool = False
    order: dict[str, Any] | None = None
    """The contract's ``Order``, when this run confirmed it."""
    refusal: Problem | None = None
    """Why nothing was ordered."""

    @property
    def remembered(self) -> Problem | None:
        """The refusal, if a repeat gets it too."""
        is_final = self.refusal is not None and self.refusal.name in REMEMBERED
        return self.refusal if is_final else None


_FORWARD = (Step.READ_CART, Step.RESERVE, Step.CHARGE, Step.SELL, Step.CONFIRM)
_DUTIES = (Step.RELEASE, Step.REFUND, Step.EMPTY_CART)
_UNDONE_BY = {Step.RESERVE: Step.RELEASE, Step.CHARGE: Step.REFUND}


def presumed_aborted(order_id: UUID, attempt: int, customer_id: int) -> Saga:
    """The way back of an attempt of which nothing is known but that it began."""
    duties = frozenset({Step.RELEASE, Step.REFUND})
    return Saga(order_id, attempt, customer_id, step=Step.RELEASE, duties=duties)


def confirmed(order_id: UUID, attempt: int, customer_id: int, cart_version: int) -> Saga:
    """The rest of the way of an attempt whose order is confirmed."""
    return _confirm(Saga(order_id, attempt, customer_id), cart_version)


def run(saga: Saga, perform: Callable[[Saga], Outcome]) -> Saga:
    """Take every step that is left; ``perform`` does what ``step`` says."""
    while saga.step is not Step.END:
        saga = after(saga, perform(saga))
    return saga


def after(saga: Saga, outcome: Outcome) -> Saga:
    """The saga once its step came to ``outcome``."""
    if saga.step is Step.CLOSE:
        return _end(saga, outcome)
    if saga.step in _DUTIES:
        return _after_duty(saga, outcome)
    if isinstance(outcome, Done):
        return _forward(saga, outcome.value)
    if saga.step is Step.CONFIRM and isinstance(outcome, Failed):
        # Somebody took the attempt for dead, and undoes it.
        return replace(saga, step=Step.END, refusal=_taken_over())
    return _turn_back(saga, outcome)


def _forward(saga: Saga, value: Any) -> Saga:
    if saga.step is Step.CONFIRM:
        version = 0 if saga.purchase is None else saga.purchase.cart_version
        return _confirm(replace(saga, order=value), version)
    if saga.step is Step.READ_CART:
        saga = replace(saga, purchase=value)
        if not value.lines:
            return replace(saga, step=Step.CLOSE, refusal=_cart_empty())
    following = _FORWARD[_FORWARD.index(saga.step) + 1]
    return replace(saga, step=following, duties=_with_effect(saga))


def _confirm(saga: Saga, cart_version: int) -> Saga:
    return replace(
        saga,
        step=Step.EMPTY_CART,
        duties=frozenset({Step.EMPTY_CART}),
        cart_version=cart_version,
        is_confirmed=True,
    )


def _end(saga: Saga, outcome: Outcome) -> Saga:
    """Whoever took the attempt for dead may succeed; a refusal counts once it is written down."""
    is_void = saga.refusal is not None and not isinstance(outcome, Done)
    return replace(saga, step=Step.END, refusal=_taken_over() if is_void else saga.refusal)


def _turn_back(saga: Saga, outcome: Refused | Failed) -> Saga:
    duties = _with_effect(saga) if _may_have_acted(saga, outcome) else saga.duties
    turned = replace(saga, duties=duties, refusal=_refusal(outcome))
    return _next_duty(turned, _DUTIES)


def _may_have_acted(saga: Saga, outcome: Refused | Failed) -> bool:
    if isinstance(outcome, Failed):
        return outcome.may_have_acted
    # Refused may be only what the call was repeated for: the first one, come late, must find that
    # it is over. (A charge is remembered by its provider; a sale is never begun anew.)
    return saga.step is Step.RESERVE


def _after_duty(saga: Saga, outcome: Outcome) -> Saga:
    """Each duty is tried once; one that fails is left for later and holds up no other."""
    fulfilled = {saga.step} if isinstance(outcome, Done) else frozenset()
    left = replace(saga, duties=saga.duties - fulfilled)
    return _next_duty(left, _DUTIES[_DUTIES.index(saga.step) + 1 :])


def _next_duty(saga: Saga, candidates: Iterable[Step]) -> Saga:
    step = next((step for step in candidates if step in saga.duties), Step.CLOSE)
    return replace(saga, step=step)


def _with_effect(saga: Saga) -> frozenset[Step]:
    undone_by = _UNDONE_BY.get(saga.step)
    return saga.duties | {undone_by} if undone_by else saga.duties


def _refusal(outcome: Refused | Failed) -> Problem:
    if isinstance(outcome, Failed):
        return dependency_unavailable(outcome.role)
    return outcome.problem if outcome.problem.name in REMEMBERED else _taken_over()


def _taken_over() -> Problem:
    return dependency_unavailable("orders")


def _cart_empty() -> Problem:
    return Problem(409, "cart-empty", "The cart is empty.")
