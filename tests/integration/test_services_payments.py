"""Payments on a real database, with a provider that may crash them, hide or refuse."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from microservices.payments.data import create_data, read_books
from microservices.payments.payments import Payments
from store.payment_provider import fate
from store.payment_provider.client import Captured, Declined, ProviderUnreachableError
from store.payment_provider.ledger import Ledger
from store.rules.books import PaymentEntry
from store.runtime.database import Database
from store.runtime.problems import Problem
from store.sample.generate import generate


class Provider:
    """The provider's books without its network; ``mishaps`` befall the next charges in turn."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.mishaps: list[str] = []
        self.before_answer: Callable[[], None] = lambda: None

    def charge(self, key: str, amount_cents: int, card: str) -> Captured | Declined:
        mishap = self.mishaps.pop(0) if self.mishaps else ""
        if mishap in ("refused", "request lost"):
            raise ProviderUnreachableError(mishap, may_have_acted=mishap != "refused")
        if fate.is_declined(key, card):
            return Declined()
        charge = self.ledger.capture(key, amount_cents)
        self.before_answer()
        if mishap == "answer lost":
            raise ProviderUnreachableError(mishap, may_have_acted=True)
        return Captured(charge.charge_id)

    def refund(self, key: str, charge_id: str) -> None:
        assert self.ledger.refund(charge_id) is not None

    def kept_cents(self) -> int:
        listed = self.ledger.listing()
        return sum(int(each["amount_cents"]) - int(each["refunded_cents"]) for each in listed)


@pytest.fixture(scope="module")
def url(fresh_database: Callable[[str], str]) -> str:
    url = fresh_database("test_payments")
    with psycopg.connect(url) as connection:
        create_data(connection, generate(products=60, customers=5, ratings=50))
    return url


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def payments(url: str, provider: Provider) -> Iterator[Payments]:
    with closing(Database(url, 2)) as database:
        with database.autocommit() as connection:
            connection.execute("TRUNCATE payments")
        yield Payments(database, provider)


@pytest.fixture
def order_id() -> UUID:
    """One whose first two attempts the provider does not decline."""
    while True:
        order_id = uuid4()
        if not any(fate.is_declined(key, "") for key in (str(order_id), f"{order_id}:2")):
            return order_id


def entries(payments: Payments) -> tuple[PaymentEntry, ...]:
    with payments.database.autocommit() as connection:
        return read_books(connection).payments


def test_a_charge_is_captured_once_however_often_it_is_asked(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    for _ in range(2):
        payments.charge(order_id, 1, 500, "card_visa")
    assert entries(payments) == (PaymentEntry(str(order_id), 500, 0),)
    assert provider.kept_cents() == 500


def test_a_decline_is_remembered(payments: Payments, provider: Provider, order_id: UUID) -> None:
    for _ in range(2):
        with pytest.raises(Problem, match="declined"):
            payments.charge(order_id, 1, 500, "card_declined")
    assert (entries(payments), provider.kept_cents()) == ((), 0)


def test_a_refund_gives_back_once_however_often_it_is_asked(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    payments.charge(order_id, 1, 500, "card_visa")
    for _ in range(2):
        payments.refund(order_id, 1)
    assert entries(payments) == (PaymentEntry(str(order_id), 500, 500),)
    assert provider.kept_cents() == 0


def test_a_charge_after_its_refund_is_refused(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    payments.refund(order_id, 1)
    with pytest.raises(Problem, match="given back"):
        payments.charge(order_id, 1, 500, "card_visa")
    assert provider.kept_cents() == 0


def test_the_next_attempt_of_an_order_is_a_charge_of_its_own(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    payments.charge(order_id, 1, 500, "card_visa")
    payments.refund(order_id, 1)
    payments.charge(order_id, 2, 400, "card_visa")
    assert provider.kept_cents() == 400


@pytest.mark.parametrize("mishap", ["request lost", "answer lost"])
def test_an_undecided_charge_is_decided_by_repeating_it(
    payments: Payments, provider: Provider, order_id: UUID, mishap: str
) -> None:
    provider.mishaps = [mishap]
    with pytest.raises(ProviderUnreachableError):
        payments.charge(order_id, 1, 500, "card_visa")
    payments.charge(order_id, 1, 500, "card_visa")
    assert provider.kept_cents() == 500


@pytest.mark.parametrize("mishap", ["refused", "request lost", "answer lost"])
def test_the_refund_of_an_undecided_charge_keeps_nothing(
    payments: Payments, provider: Provider, order_id: UUID, mishap: str
) -> None:
    provider.mishaps = [mishap]
    with pytest.raises(ProviderUnreachableError):
        payments.charge(order_id, 1, 500, "card_visa")
    payments.refund(order_id, 1)
    assert provider.kept_cents() == 0
    assert sum(entry.captured_cents - entry.refunded_cents for entry in entries(payments)) == 0


def test_a_charge_the_provider_never_saw_is_over_once_the_provider_answers(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    provider.mishaps = ["refused", "refused"]
    with pytest.raises(ProviderUnreachableError):
        payments.charge(order_id, 1, 500, "card_visa")
    with pytest.raises(ProviderUnreachableError):  # a repeat may be on its way to it
        payments.refund(order_id, 1)
    payments.refund(order_id, 1)
    assert provider.kept_cents() == 0
    with pytest.raises(Problem, match="given back"):
        payments.charge(order_id, 1, 500, "card_visa")


def test_a_charge_stays_undecided_when_only_its_repeat_was_refused(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    provider.mishaps = ["answer lost", "refused"]
    for _ in range(2):
        with pytest.raises(ProviderUnreachableError):
            payments.charge(order_id, 1, 500, "card_visa")
    payments.refund(order_id, 1)
    assert provider.kept_cents() == 0


def test_a_refund_that_overtakes_its_charge_keeps_nothing(
    payments: Payments, provider: Provider, order_id: UUID
) -> None:
    def refund_meanwhile() -> None:
        provider.before_answer = lambda: None
        payments.refund(order_id, 1)

    provider.before_answer = refund_meanwhile
    with pytest.raises(Problem, match="given back"):
        payments.charge(order_id, 1, 500, "card_visa")
    assert provider.kept_cents() == 0


class Died(BaseException):
    """The process that made a call is dead."""


Call = tuple[str, str, bool]
"""What is asked for, what befalls it at the provider, and whether the next call comes before it
has its answer."""
calls = st.tuples(
    st.sampled_from(["charge", "refund"]),
    st.sampled_from(["", "refused", "request lost", "answer lost", "died before", "died after"]),
    st.booleans(),
)


class Story(Provider):
    """Calls for one attempt, one after another or one in the middle of another."""

    def __init__(self, database: Database, order_id: UUID, coming: list[Call]) -> None:
        super().__init__()
        self.payments = Payments(database, self)
        self.order_id = order_id
        self.coming = coming
        self.now: Call = ("", "", False)

    def play(self) -> None:
        while self.coming:
            self.next_call()

    def next_call(self) -> None:
        before, self.now = self.now, self.coming.pop(0)
        self.mishaps = [self.now[1]]
        try:
            self.ask(self.now[0])
        except (ProviderUnreachableError, Problem, Died):
            pass
        finally:
            self.now, self.mishaps = before, []

    def ask(self, what: str) -> None:
        if what == "charge":
            self.payments.charge(self.order_id, 1, 500, "card_visa")
        else:
            self.payments.refund(self.order_id, 1)

    def charge(self, key: str, amount_cents: int, card: str) -> Captured | Declined:
        _, mishap, is_overtaken = self.now
        if mishap == "died before":
            raise Died
        outcome = super().charge(key, amount_cents, card)
        if is_overtaken and self.coming:
            self.now = (self.now[0], mishap, False)
            self.next_call()
        if mishap == "died after":
            raise Died
        return outcome

    def refund(self, key: str, charge_id: str) -> None:
        if self.now[1] in ("request lost", "refused"):
            raise ProviderUnreachableError(self.now[1], may_have_acted=True)
        super().refund(key, charge_id)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(coming=st.lists(calls, max_size=8))
def test_whatever_befalls_the_calls_the_provider_keeps_what_the_books_say(
    payments: Payments, coming: list[Call]
) -> None:
    order_id = next(key for key in iter(uuid4, None) if not fate.is_declined(str(key), "card_visa"))
    story = Story(payments.database, order_id, list(coming))
    story.play()

    def kept_in_books() -> int:
        own = (each for each in entries(payments) if each.order_id == str(order_id))
        return sum(each.kept_cents for each in own)

    with suppress(Problem):  # it may be over already
        story.ask("charge")
        assert (story.kept_cents(), kept_in_books()) == (500, 500)
    story.ask("refund")
    assert (story.kept_cents(), kept_in_books()) == (0, 0)
