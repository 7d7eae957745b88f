"""Phases and their faults, on a store that keeps the real port in memory."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiment.faults.on_network import Latency, Refusal
from experiment.faults.on_roles import Delay, Hang, Outage
from experiment.faults.plan import FaultPlan
from experiment.journal import Journal, read_journal
from experiment.phase import Phase, PlannedPhase, Sized
from experiment.store import Architecture
from store.rules.books import Books
from store.runtime.faults import ArmedFault
from store.runtime.faults.crash import Crash
from store.runtime.telemetry import Counters
from testbed.clock import Clock
from testbed.faults.fault_point import FaultBoard
from testbed.network.impairment import Impairment, Tally
from testbed.platforms.platform import Hop, Instance, RoleUsage
from testbed.timeline import Stage


@dataclass
class ImpairedInMemory:
    hops: set[Hop]
    impairment: Impairment
    is_mended: bool = False

    def mend(self) -> None:
        self.is_mended = True

    def tally(self) -> Tally:
        return Tally(pieces=4, waited_s=0.8)


class StoreInMemory:
    url, start_s = "http://127.0.0.1:1", 0.0
    limits: dict[str, str] = {}
    factors: dict[str, str] = {}

    def __init__(self, *roles: str) -> None:
        self.alive = dict.fromkeys(roles, True)
        self.armed: list[ArmedFault] = []
        self.hits = 0

    def instances(self) -> list[Instance]:
        return [Instance(role, role, self.url, 1, alive) for role, alive in self.alive.items()]

    def kill_role(self, role: str) -> None:
        self.alive[role] = False

    def restore_role(self, role: str) -> None:
        self.alive[role] = True

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        self.armed = list(faults)

    def fault_hits(self, slot: int) -> int:
        return self.hits

    def impair(self, hops: Collection[Hop], impairment: Impairment) -> ImpairedInMemory:
        self.impaired = ImpairedInMemory(set(hops), impairment)
        return self.impaired

    def usage(self) -> list[RoleUsage]:
        return [RoleUsage("monolith", 1, 0.0, 0.0, Counters(fault_hits=self.hits))]

    def state_changes(self) -> list[dict[str, Any]]:
        return []

    def books(self) -> Books:
        return Books()

    def down(self) -> None:
        pass


def _window(*faults: FaultPlan) -> PlannedPhase:
    phase = Phase(
        name="outage", kind="event", seconds=Sized(smoke=1, demo=1, full=1), faults=faults
    )
    return PlannedPhase(phase, 10.0, 20.0, group="outage", row="outage")


def _stage(
    store: StoreInMemory,
    journal: Journal,
    architecture: Architecture = "monolith",
    wait_until: Callable[[float], None] = lambda _: None,
) -> Stage:
    return Stage(FaultBoard(store), journal, Clock(0.0), 1, architecture, wait_until)


STALL = Hang(role="catalog", for_s=3.0)
OUTAGE = Outage(role="recommendations")


def test_the_outage_of_a_service_kills_it_and_brings_it_back(tmp_path: Path) -> None:
    store = StoreInMemory("recommendations", "catalog")
    with Journal(tmp_path / "events.jsonl") as journal:
        with _stage(store, journal).phase_in_force(_window(OUTAGE)):
            assert store.alive == {"recommendations": False, "catalog": True}
        assert store.alive["recommendations"]
    events = {event["event"]: event for event in read_journal(tmp_path / "events.jsonl")}
    assert events["fault-lifted"]["bit"] is True
    assert events["fault-injected"]["planned_s"] == 10.0


def test_the_outage_of_a_role_inside_the_monolith_arms_its_fault_point(tmp_path: Path) -> None:
    store = StoreInMemory("monolith")
    with Journal(tmp_path / "events.jsonl") as journal:
        with _stage(store, journal).phase_in_force(_window(OUTAGE)):
            assert store.armed == [Crash(role="recommendations")]
        assert store.armed == []
    assert read_journal(tmp_path / "events.jsonl")[-1]["bit"] is False


def test_two_faults_hold_at_once_and_each_is_lifted_alone(tmp_path: Path) -> None:
    store = StoreInMemory("monolith")
    slow = Delay(role="search", delay_ms=100)
    with (
        Journal(tmp_path / "events.jsonl") as journal,
        _stage(store, journal).phase_in_force(_window(OUTAGE, slow)),
    ):
        assert [fault.role for fault in store.armed] == ["recommendations", "search"]
    assert store.armed == []


def test_a_fault_is_lifted_when_the_trial_breaks_off(tmp_path: Path) -> None:
    store = StoreInMemory("recommendations")
    with (
        Journal(tmp_path / "events.jsonl") as journal,
        pytest.raises(KeyboardInterrupt),
        _stage(store, journal).phase_in_force(_window(OUTAGE)),
    ):
        raise KeyboardInterrupt
    assert store.alive["recommendations"]


def test_a_hang_of_some_seconds_is_lifted_in_its_time_while_other_faults_go_on(
    tmp_path: Path,
) -> None:
    store, waits = StoreInMemory("monolith"), []

    def wait_until(at_s: float) -> None:
        waits.append((at_s, {fault.kind for fault in store.armed}))

    with Journal(tmp_path / "events.jsonl") as journal:
        stage = _stage(store, journal, wait_until=wait_until)
        with stage.phase_in_force(_window(STALL, OUTAGE)):
            assert {fault.kind for fault in store.armed} == {"crash"}
    assert waits == [(13.0, {"hang", "crash"})]
    assert store.armed == []
    lifted = [e for e in read_journal(tmp_path / "events.jsonl") if e["event"] == "fault-lifted"]
    assert [event["planned_s"] for event in lifted] == [13.0, 20.0]


def test_a_fault_on_the_network_holds_on_its_hop_until_it_is_mended(tmp_path: Path) -> None:
    store = StoreInMemory("storefront", "catalog")
    slow = Latency(caller="storefront", callee="catalog", delay_ms=200)
    with Journal(tmp_path / "events.jsonl") as journal:
        with _stage(store, journal, "microservices").phase_in_force(_window(slow)):
            assert store.impaired.hops == {Hop("storefront", "catalog")}
            assert store.impaired.impairment == Impairment("latency", delay_ms=200, seed=1)
        assert store.impaired.is_mended
    lifted = read_journal(tmp_path / "events.jsonl")[-1]
    assert (lifted["bit"], lifted["target"]) == (True, "storefront to catalog")
    assert lifted["says"] == "4 times bytes took 200.0 ms longer"


def test_a_fault_between_services_is_left_out_of_the_monolith_and_says_so(tmp_path: Path) -> None:
    refused = Refusal(caller="storefront", callee="catalog")
    with (
        Journal(tmp_path / "events.jsonl") as journal,
        _stage(StoreInMemory("monolith"), journal).phase_in_force(_window(refused)),
    ):
        pass
    _, left_out = read_journal(tmp_path / "events.jsonl")
    assert left_out["event"] == "fault-not-applicable"
    assert (left_out["kind"], left_out["target"]) == ("refuse", "storefront to catalog")


def test_the_way_to_the_payment_provider_can_fail_in_a_monolith_too(tmp_path: Path) -> None:
    store = StoreInMemory("monolith")
    with (
        Journal(tmp_path / "events.jsonl") as journal,
        _stage(store, journal).phase_in_force(_window(Refusal(callee="payment-provider"))),
    ):
        assert store.impaired.hops == {Hop("monolith", "payment-provider")}
