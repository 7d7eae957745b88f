"""Incidents from the events of a trial."""

from typing import Any

from analysis.recovery.incident import Incident, incidents_in
from experiment.phase import Phase, Sized, one_after_another

Event = dict[str, Any]
PHASES = (("rest", "baseline", 10), ("event", "event", 20), ("after", "recovery", 20))
LAST = ("control", "baseline", 10)


def incidents(*events: Event) -> list[Incident]:
    phases = [
        (
            name,
            name,
            Phase.model_validate({"name": name, "kind": kind, "seconds": Sized.same(seconds)}),
        )
        for name, kind, seconds in (*PHASES, LAST)
    ]
    return incidents_in(events, one_after_another(phases, "demo"))


def fault(kind: str, begins_s: float, ends_s: float, target: str = "search") -> tuple[Event, Event]:
    what = {"kind": kind, "target": target}
    return (
        {"event": "fault-injected", **what, "planned_s": begins_s, "actual_s": begins_s + 0.1},
        {"event": "fault-lifted", **what, "planned_s": ends_s, "actual_s": ends_s + 0.2},
    )


def test_an_incident_has_its_actual_times_and_is_followed_to_the_next_baseline() -> None:
    (found,) = incidents(*fault("hang", 12, 18))

    assert (found.key, found.says) == (("event", 0), "hang of search")
    assert (found.begins_s, found.injected_s, found.lifting_s) == (12, 12.1, 18.2)
    assert found.until_s == 50


def test_two_faults_of_a_phase_are_two_incidents_and_the_second_ends_the_first() -> None:
    found = incidents(*fault("hang", 12, 18), *fault("hang", 18, 25))

    assert [each.key for each in found] == [("event", 0), ("event", 1)]
    assert [each.until_s for each in found] == [18, 50]


def test_faults_that_overlap_are_one_incident() -> None:
    (hang, unhang), (slow, unslow) = fault("hang", 12, 20), fault("delay", 15, 25, "orders")
    (found,) = incidents(hang, slow, unhang, unslow)

    assert found.says == "hang of search and delay of orders"
    assert found.targets == {"search", "orders"}
    assert (found.injected_s, found.lifting_s) == (12.1, 25.2)


def test_a_fault_within_another_one_of_its_kind_keeps_its_own_end() -> None:
    (long, unlong), (short, unshort) = fault("delay", 12, 25), fault("delay", 15, 18, "orders")
    (found,) = incidents(long, short, unshort, unlong)

    assert [each.lifting_s for each in found.faults] == [25.2, 18.2]


def test_the_first_reaction_of_the_store_while_the_fault_held_is_told() -> None:
    def change(event: str, at_s: float | None) -> Event:
        return {"event": event, "actual_s": at_s}

    before = change("worker-started", 3), change("breaker-opened", None)
    during = change("shedding-began", 15.1), change("breaker-opened", 14.1)
    (found,) = incidents(*fault("hang", 12, 18), *before, *during)
    (silent,) = incidents(*fault("hang", 12, 18), *before, change("worker-started", 20))

    assert (found.reacted_s, found.reacted_after_s) == (14.1, 2.0)
    assert silent.reacted_after_s is None


def _replaced(begins_s: float, fault_of_plan: dict[str, Any]) -> Incident:
    """Of a fault that holds for ten seconds, in a phase that plans it."""
    planned = {"name": "event", "kind": "event", "seconds": Sized.same(20)}
    phases = [
        ("rest", "rest", Phase(name="rest", kind="baseline", seconds=Sized.same(10))),
        ("event", "event", Phase.model_validate(planned | {"faults": [fault_of_plan]})),
    ]
    kind = fault_of_plan["kind"]
    events = [
        *fault(kind, begins_s, begins_s + 10),
        {"event": "worker-started", "actual_s": begins_s + 3},
    ]
    (found,) = incidents_in(events, one_after_another(phases, "demo"))
    return found


def test_who_is_restarted_by_the_fault_recovers_from_then_and_shows_no_reaction() -> None:
    found = _replaced(12, {"kind": "kill", "role": "search", "restart_after_s": 1.0})

    assert found.lifting_s == 13.1
    assert found.reacted_after_s is None


def test_who_stays_dead_until_the_roll_back_recovers_from_then() -> None:
    found = _replaced(12, {"kind": "kill", "role": "search"})

    assert found.lifting_s == 22.2
    assert found.reacted_s == 15


def test_a_fault_that_only_the_other_side_has_ends_the_follow_up_on_both() -> None:
    def left_out(at_s: float) -> Event:
        return {"event": "fault-not-applicable", "planned_s": at_s, "actual_s": at_s}

    (followed,) = incidents(*fault("hang", 12, 18), left_out(25), left_out(5))
    (within,) = incidents(*fault("hang", 12, 18), left_out(15))

    assert followed.until_s == 25
    assert within.until_s == 50


def test_a_fault_that_was_never_lifted_is_no_incident() -> None:
    assert incidents(fault("hang", 12, 18)[0]) == []


def test_records_of_old_that_name_the_role_are_read() -> None:
    events = [
        {key: value for key, value in event.items() if key != "target"} | {"role": "carts"}
        for event in fault("outage", 12, 18)
    ]
    (found,) = incidents(*events)

    assert found.says == "outage of carts"
