"""The monolith, of which single guards can be switched off for one test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import psycopg
import pytest
from monolith_store import CARD, TOKEN, Provider, Store, opened
from orders_store import ProcessDied

from monolith.data import create_data
from monolith.orders import records
from store.rules.books import Checkout, History, audit
from store.rules.checkout import order_id
from store.runtime.guards import Guard
from store.runtime.problems import Problem
from store.sample.generate import generate
from testbed.ledger import read_ledger

TABLES = "orders, order_lines, checkouts, outbox, payments, charges, notifications, cart_items"


class MutantMonolith:
    def __init__(self, stack: ExitStack, url: str) -> None:
        with psycopg.connect(url) as connection:
            create_data(connection, generate(products=30, customers=30, ratings=200))
        self._url = url
        self._provider = stack.enter_context(Provider().serving())
        self.begin_anew()

    def begin_anew(self) -> None:
        """Nothing was ever ordered."""
        self._execute(f"TRUNCATE {TABLES}")
        self._execute("UPDATE stock SET on_hand = initial, sold = 0")
        self._provider.ledger._charges.clear()
        self.told: list[Checkout] = []

    @contextmanager
    def without(self, *guards: Guard) -> Iterator[Store]:
        with opened(self._url, self._provider, guards) as store:
            yield store

    def check_out(self, store: Store, customer_id: int, key: str) -> None:
        """What the buyer is told goes into the history; a process that dies tells nothing."""
        order = str(order_id(customer_id, key))
        told = Checkout(order, "info", sent_s=float(len(self.told)))
        try:
            answer = store.checkout(customer_id, key, CARD)
            told = replace(told, result="ok", told_order_id=answer["order_id"], digest=str(answer))
        except Problem as problem:
            told = replace(told, result="fail", problem=problem.name, digest=problem.detail)
        finally:
            self.told.append(told)

    def check_out_and_die_before_the_commit(self, store: Store, customer_id: int, key: str) -> None:
        def die(*_: object) -> None:
            raise ProcessDied

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(records, "place", die)
            with pytest.raises(ProcessDied):
                self.check_out(store, customer_id, key)

    def recover(self, store: Store) -> None:
        """What the background threads do, done at once."""
        self._execute("UPDATE charges SET begun_at = begun_at - interval '1 minute'")
        while store.modules.payments.give_back_left():
            pass
        with suppress(psycopg.Error):  # it is logged, and tried again for ever
            store.relay()

    def violated(self, store: Store) -> set[str]:
        books = replace(store.books(), charges=read_ledger(self._provider.url, TOKEN))
        return {each.invariant for each in audit(books, History(tuple(self.told)))}

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._url) as connection:
            connection.execute(statement)
