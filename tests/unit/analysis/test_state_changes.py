from typing import Any

import pytest

from analysis.state_changes import held_intervals

PAIR = "circuit open: storefront \N{RIGHTWARDS ARROW} catalog"


def change(at_s: float, event: str, instance: str = "storefront-1", **more: Any) -> dict[str, Any]:
    members = {"role": "storefront", "peer": "catalog", **more}
    return {"event": event, "actual_s": at_s, "instance": instance, **members}


def test_a_circuit_is_open_until_it_is_closed_whatever_its_probes_find() -> None:
    events = [
        change(1.0, "breaker-opened"),
        change(1.5, "breaker-half-open"),
        change(1.6, "breaker-reopened"),
        change(2.1, "breaker-half-open"),
        change(2.2, "breaker-closed"),
    ]
    assert held_intervals(events, 10.0) == {PAIR: [(1.0, 2.2)]}


def test_what_never_ended_lasted_to_the_end() -> None:
    assert held_intervals([change(4.0, "breaker-opened")], 10.0) == {PAIR: [(4.0, 10.0)]}


def test_a_new_worker_begins_with_closed_circuits() -> None:
    events = [
        change(1.0, "breaker-opened"),
        change(2.0, "breaker-opened", "storefront-2"),
        change(3.0, "worker-started"),
        change(5.0, "breaker-closed", "storefront-2"),
    ]
    assert held_intervals(events, 10.0) == {PAIR: [(1.0, 3.0), (2.0, 5.0)]}


def test_the_lines_of_several_processes_need_not_be_in_order() -> None:
    events = [change(5.0, "breaker-closed"), change(1.0, "breaker-opened")]
    assert held_intervals(events, 10.0) == {PAIR: [(1.0, 5.0)]}


def test_shedding_is_told_by_the_role_for_which_it_is() -> None:
    events = [
        change(1.0, "shedding-began", "edge", role="carts"),
        change(3.0, "shedding-ended", "edge", role="carts"),
    ]
    assert held_intervals(events, 10.0) == {"load shed: carts": [(1.0, 3.0)]}


@pytest.mark.parametrize("event", ["phase-started", "breaker-closed", "worker-started"])
def test_nothing_is_held_that_did_not_begin(event: str) -> None:
    assert held_intervals([change(1.0, event)], 10.0) == {}
