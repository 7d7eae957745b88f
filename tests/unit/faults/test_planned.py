"""From a scenario's fault to what the store's processes read."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from experiment.faults import on_roles
from experiment.faults.on_messages import FaultOnMessages
from experiment.faults.on_roles import Crash, Delay, FaultInCode, MemoryLeak, WrongBody
from experiment.faults.plan import AnyFault
from store.runtime.faults.armed import ArmedFault
from testbed.faults.catalogue import fault_for
from testbed.faults.fault_point import FaultBoard, FaultPoint

AT_FAULT_POINTS = [
    kind for kind in get_args(AnyFault) if issubclass(kind, FaultInCode | FaultOnMessages)
]
STRENGTH: dict[str, dict[str, Any]] = {
    "crash": {"product_id": 7},
    "delay": {"delay_ms": 200, "jitter_ms": 50},
    "cpu-burn": {"cpu_ms": 20},
    "memory-leak": {"mb_per_call": 5, "most_mb": 40},
    "pool-exhaustion": {"connections": 16},
}


class StoreOfOne:
    """Takes what is armed in it; nothing ever acts."""

    def __init__(self) -> None:
        self.armed: list[ArmedFault] = []

    def arm_faults(self, faults: list[ArmedFault]) -> None:
        self.armed = list(faults)

    def fault_hits(self, slot: int) -> int:
        return 0


@pytest.mark.parametrize("planned", AT_FAULT_POINTS, ids=lambda kind: kind.__name__)
def test_every_planned_kind_is_armed_as_strong_as_it_was_planned(planned: type[Any]) -> None:
    store, kind = StoreOfOne(), planned.model_fields["kind"].default
    role = "orders" if issubclass(planned, FaultOnMessages) else "catalog"
    members = {"role": role, "probability": 0.5, **STRENGTH.get(kind, {})}
    fault = fault_for(planned(after_s=1, for_s=2, **members), FaultBoard(store), seed=3)  # type: ignore[arg-type]
    fault.inject()
    [armed] = store.armed
    assert armed.model_dump() == {"kind": kind, "seed": 3, "slot": 0, **members}
    fault.lift()
    assert store.armed == []


def test_lifting_a_fault_twice_leaves_the_next_in_its_slot_alone() -> None:
    board = FaultBoard(store := StoreOfOne())  # type: ignore[arg-type]
    first, other = (fault_for(on_roles.Hang(role="search"), board, seed=1) for _ in range(2))
    first.inject()
    first.lift()
    other.inject()
    first.lift()
    assert [fault.slot for fault in store.armed] == [0]


def test_faults_that_hold_together_are_counted_apart() -> None:
    board = FaultBoard(store := StoreOfOne())  # type: ignore[arg-type]
    faults = [fault_for(on_roles.Hang(role="search"), board, seed=1) for _ in range(3)]
    for fault in faults:
        assert isinstance(fault, FaultPoint)
        fault.inject()
    assert [fault.slot for fault in store.armed] == [0, 1, 2]


@pytest.mark.parametrize(
    ("planned", "members", "reason"),
    [
        (Crash, {"role": "search", "product_id": 7}, "calls of search name no product"),
        (WrongBody, {"role": "payments"}, "answer nothing that could be wrong"),
        (Delay, {"role": "search", "delay_ms": 5, "jitter_ms": 6}, "not be more than delay_ms"),
        (MemoryLeak, {"role": "search", "mb_per_call": 5, "most_mb": 4}, "not be less than"),
    ],
)
def test_a_fault_that_could_not_act_as_it_says_is_refused(
    planned: type[Any], members: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        planned(**members)
