"""What becomes of a batch of messages under each fault."""

from collections.abc import Sequence

import pytest
from struck import Struck

from store.runtime.faults import InjectedError
from store.runtime.faults.on_messages import Drop, Duplicate, Reorder


def _delivered(process: Struck, *messages: str) -> list[str]:
    arrived: list[str] = []

    def deliver(batch: Sequence[str]) -> None:
        arrived.extend(batch)

    process.points.carry("orders", messages, deliver)
    return arrived


def test_a_batch_arrives_as_it_was_sent_when_nothing_is_armed(process: Struck) -> None:
    assert _delivered(process, "a", "b") == ["a", "b"]


def test_a_duplicated_batch_arrives_twice(process: Struck) -> None:
    process.arm(Duplicate(role="orders"))
    assert _delivered(process, "a", "b") == ["a", "b", "a", "b"]


def test_a_reordered_batch_arrives_the_last_first(process: Struck) -> None:
    process.arm(Reorder(role="orders"))
    assert _delivered(process, "a", "b", "c") == ["c", "b", "a"]


def test_a_single_message_has_no_order_to_change(process: Struck) -> None:
    process.arm(Reorder(role="orders"))
    assert _delivered(process, "a") == ["a"]
    assert process.hits == 0


def test_a_dropped_batch_does_not_arrive_and_its_sender_learns_of_it(process: Struck) -> None:
    process.arm(Drop(role="orders"))
    with pytest.raises(InjectedError, match="2 messages of orders were lost"):
        _delivered(process, "a", "b")


def test_two_faults_strike_the_same_batch(process: Struck) -> None:
    process.arm(Duplicate(role="orders", slot=0), Reorder(role="orders", slot=1))
    assert _delivered(process, "a", "b") == ["b", "b", "a", "a"]


def test_half_of_the_batches_is_half_of_them(process: Struck) -> None:
    process.arm(Duplicate(role="orders", probability=0.5, seed=3))
    arrived = sum(len(_delivered(process, "a")) - 1 for _ in range(1_000))
    assert arrived == pytest.approx(500, abs=50)


def test_messages_of_others_are_not_struck(process: Struck) -> None:
    process.arm(Drop(role="orders"))
    process.points.carry("carts", ["a"], lambda _: None)
