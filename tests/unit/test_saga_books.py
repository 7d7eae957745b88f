"""Whatever happens to a checkout on its way, the books are right in the end."""

import itertools
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import contextlib

from saga_world import FATES, PRICE_CENTS, Crash, World

from microservices.orders.checkouts import Checkouts
from microservices.orders.saga import Step
from store.rules import checkout
from store.rules.books import History, audit
from store.runtime.inputs import Checkout
from store.runtime.problems import Problem
from store.runtime.telemetry import Telemetry

CUSTOMER = 1
KEYS = ("key-one", "key-two")
CARDS = {"key-one": "card_visa", "key-two": "card_declined"}


class Client:
    """A customer who repeats checkouts and writes down what they are told."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.checkouts = Checkouts(world, world, world, Telemetry(None))
        self.answers: dict[str, list[object]] = {key: [] for key in KEYS}

    def check_out(self, key: str) -> object:
        answer: object
        try:
            wanted = Checkout(card=CARDS[key])
            answer = self.checkouts.checkout(CUSTOMER, key, wanted)["order_id"]
        except Problem as problem:
            answer = problem.name
        except Crash:
            answer = "no answer"
        self.answers[key].append(answer)
        return answer

    def order_id(self, key: str) -> UUID:
        return checkout.order_id(CUSTOMER, key)

    def acknowledged(self) -> set[str]:
        return {
            str(self.order_id(key))
            for key, answers in self.answers.items()
            if str(self.order_id(key)) in answers
        }

    def recover(self) -> None:
        with contextlib.suppress(Crash):
            self.checkouts.resume_unfinished()

    def settle(self) -> None:
        """The faults are over and everything has had its time."""
        self.world.fates = itertools.repeat("fine")
        self.world.end_leases()
        self.checkouts.resume_unfinished()
        for arrives in self.world.late:
            arrives()


actions = st.one_of(
    st.sampled_from([("check out", key) for key in KEYS]),
    st.sampled_from([("recover", ""), ("leases end", ""), ("late requests arrive", "")]),
)
troubles = st.lists(st.sampled_from(FATES), max_size=30)


def act(client: Client, action: tuple[str, str]) -> None:
    kind, key = action
    if kind == "check out":
        client.check_out(key)
    elif kind == "recover":
        client.recover()
    elif kind == "leases end":
        client.world.end_leases()
    else:
        while client.world.late:
            client.world.late.pop(0)()


@given(pieces=st.integers(0, 5), story=st.lists(actions, max_size=8), fates=troubles)
@settings(max_examples=600, deadline=None)
def test_the_books_are_right_after_any_story(
    pieces: int, story: list[tuple[str, str]], fates: list[str]
) -> None:
    client = Client(World(pieces, iter(fates)))
    for action in story:
        act(client, action)
    client.settle()
    assert audit(client.world.books(), History.acknowledging(client.acknowledged())) == []


@given(pieces=st.integers(0, 5), story=st.lists(actions, max_size=8), fates=troubles)
@settings(max_examples=300, deadline=None)
def test_a_remembered_answer_never_changes(
    pieces: int, story: list[tuple[str, str]], fates: list[str]
) -> None:
    client = Client(World(pieces, iter(fates)))
    for action in story:
        act(client, action)
    for key in KEYS:
        final = {str(client.order_id(key)), "payment-declined", "sold-out"}
        told = [answer for answer in client.answers[key] if answer in final]
        assert len(set(told)) <= 1
        if told:
            client.world.fates = itertools.repeat("fine")
            assert client.check_out(key) == told[0]


@given(fates=troubles)
@settings(max_examples=300, deadline=None)
def test_a_checkout_answered_503_left_nothing_behind(fates: list[str]) -> None:
    client = Client(World(5, iter(fates)))
    answer = client.check_out("key-one")
    client.settle()
    if answer == "dependency-unavailable":
        assert client.world.orders == {}
        assert client.world.inventory.on_hand == 5


@pytest.mark.parametrize("fate", [fate for fate in FATES if fate != "fine"])
@pytest.mark.parametrize("step", range(7))
def test_after_trouble_at_any_step_the_same_key_can_be_ordered_in_the_end(
    step: int, fate: str
) -> None:
    client = Client(World(5, iter(["fine"] * step + [fate])))
    client.check_out("key-one")
    client.settle()
    order_id = str(client.order_id("key-one"))
    assert client.check_out("key-one") == order_id
    assert audit(client.world.books(), History.acknowledging([order_id])) == []
    assert client.world.inventory.sold == 2


@pytest.mark.parametrize("step", range(5))
def test_a_repeat_undoes_what_a_crash_left_and_orders(step: int) -> None:
    client = Client(World(2, iter(["fine"] * step + ["crash before"])))
    assert client.check_out("key-one") == "no answer"
    assert client.check_out("key-one") == "checkout-in-progress"
    client.world.end_leases()
    assert client.check_out("key-one") == str(client.order_id("key-one"))
    assert audit(client.world.books(), History.acknowledging(client.acknowledged())) == []


@pytest.mark.parametrize("step", range(5))
def test_a_crash_before_the_confirmation_leads_back(step: int) -> None:
    client = Client(World(5, iter(["fine"] * step + ["crash before"])))
    client.check_out("key-one")
    client.settle()
    assert client.world.orders == {}
    assert client.world.inventory.on_hand == 5


@pytest.mark.parametrize("step", [5, 6])
def test_a_crash_after_the_confirmation_leads_forward(step: int) -> None:
    client = Client(World(5, iter(["fine"] * step + ["crash before"])))
    assert client.check_out("key-one") == "no answer"
    client.settle()
    assert list(client.world.orders) == [client.order_id("key-one")]
    assert client.world.carts_emptied >= 1


def test_an_attempt_that_is_taken_for_dead_cannot_confirm() -> None:
    client = Client(World(5))
    slow = Client(client.world)
    at_sale = client.world.perform

    def overtaken(saga):  # noqa: ANN001, ANN202 - the world's own signature
        outcome = at_sale(saga)
        if saga.step is Step.SELL and saga.attempt == 1:
            client.world.end_leases()
            client.checkouts.resume_unfinished()
        return outcome

    client.world.perform = overtaken
    assert slow.check_out("key-one") == "dependency-unavailable"
    assert client.check_out("key-one") == str(client.order_id("key-one"))
    client.settle()
    assert audit(client.world.books(), History.acknowledging(client.acknowledged())) == []


def test_a_refusal_of_an_attempt_that_is_taken_for_dead_is_not_told() -> None:
    """Else the buyer would read "sold out", and then be told of the order that came after it."""
    world = World(1)
    client, slow = Client(world), Client(world)
    at_reservation = world.perform

    def overtaken(saga):  # noqa: ANN001, ANN202 - the world's own signature
        outcome = at_reservation(saga)
        if saga.step is Step.RESERVE and saga.attempt == 1:
            world.end_leases()
            client.checkouts.resume_unfinished()
            world.cart = 1
        return outcome

    world.perform = overtaken
    assert slow.check_out("key-one") == "dependency-unavailable"
    assert client.check_out("key-one") == str(client.order_id("key-one"))


def test_a_decline_is_remembered_and_gives_the_stock_back() -> None:
    client = Client(World(5))
    assert [client.check_out("key-two") for _ in range(2)] == ["payment-declined"] * 2
    assert (client.world.inventory.on_hand, client.world.inventory.reserved) == (5, 0)


def test_a_sell_out_is_remembered_though_stock_comes_back() -> None:
    client = Client(World(1))
    client.check_out("key-one")
    client.world.inventory.on_hand = client.world.inventory.initial = 9
    assert client.check_out("key-one") == "sold-out"


def test_an_expired_reservation_whose_stock_is_gone_refunds() -> None:
    world = World(2, iter(["fine", "fine", "fine", "after expiry"]))
    charge = world.payments.charge

    def charge_while_others_buy(*order: object) -> None:
        charge(*order)
        world.inventory.expire()
        world.inventory.on_hand -= 2
        world.inventory.sold += 2

    world.payments.charge = charge_while_others_buy
    client = Client(world)
    assert client.check_out("key-one") == "sold-out"
    assert [entry.refunded_cents for entry in world.books().payments] == [2 * PRICE_CENTS]


def test_an_empty_cart_is_not_remembered() -> None:
    client = Client(World(5, cart=0))
    assert client.check_out("key-one") == "cart-empty"
    client.world.cart = 2
    assert client.check_out("key-one") == str(client.order_id("key-one"))


def test_what_was_never_asked_needs_no_undoing() -> None:
    client = Client(World(5, iter(["fine", "fine", "refused connection"])))
    assert client.check_out("key-one") == "dependency-unavailable"
    assert client.world.payments.status == {}
    assert audit(client.world.books(), History()) == []
