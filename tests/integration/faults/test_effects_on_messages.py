"""Messages that arrive twice, late or in another order: the books stay right in both stores."""

from collections import Counter

import pytest
from hurting import Patient, eventually

from experiment.faults.on_messages import Drop, Duplicate, Reorder
from store.rules.books import History, audit

PRODUCTS = (11, 12, 13)


def _notified(patient: Patient, orders: list[str]) -> Counter[str]:
    told = patient.store.books().notifications
    return Counter(entry.order_id for entry in told if entry.order_id in orders)


def _is_drained(patient: Patient) -> bool:
    return patient.store.books().outbox_pending == 0


@pytest.fixture
def settled(patient: Patient) -> Patient:
    assert eventually(lambda: _is_drained(patient))
    return patient


def _assert_told_once(patient: Patient, orders: list[str]) -> None:
    assert eventually(lambda: _is_drained(patient))
    assert _notified(patient, orders) == Counter(orders)
    assert audit(patient.store.books(), History.acknowledging(orders)) == []


def test_a_duplicated_message_is_applied_once(settled: Patient) -> None:
    buyer = settled.buyer(21)
    with settled.under(Duplicate()):
        order = buyer.order(PRODUCTS[0])
        assert eventually(lambda: _notified(settled, [order])[order] == 1)
    _assert_told_once(settled, [order])


def test_a_dropped_message_is_brought_again(settled: Patient) -> None:
    buyer = settled.buyer(22)
    with settled.under(Drop()) as (drop,):
        order = buyer.order(PRODUCTS[0])
        assert eventually(lambda: drop.bite().felt)
        assert _notified(settled, [order])[order] == 0
    _assert_told_once(settled, [order])


def test_reordered_messages_are_each_applied_once(settled: Patient) -> None:
    buyer = settled.buyer(23)
    with settled.under(Reorder(), Duplicate()):
        with settled.under(Drop()) as (drop,):  # until there is more than one to reorder
            orders = [buyer.order(product) for product in PRODUCTS]
            assert eventually(lambda: drop.bite().felt)
        _assert_told_once(settled, orders)
