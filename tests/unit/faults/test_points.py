"""When a fault point does something, and what it counts."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from struck import Struck

from store.runtime.faults import FaultPoints, InjectedError
from store.runtime.faults.error import Error
from store.runtime.faults.points import RELOAD_EVERY_S
from store.runtime.telemetry import Telemetry, read_counters


def _struck(process: Struck, calls: int) -> list[bool]:
    """Which of so many calls of search an error struck."""
    before = []
    for _ in range(calls):
        hits = process.hits
        with suppress(InjectedError):
            process.points.reach("search")
        before.append(process.hits > hits)
    return before


def test_a_process_without_a_faults_file_never_fails() -> None:
    FaultPoints(None, Telemetry(None)).reach("recommendations")


def test_a_fault_strikes_its_own_role_only(process: Struck) -> None:
    process.arm(Error(role="search"))
    process.points.reach("recommendations")
    with pytest.raises(InjectedError):
        process.points.reach("search")


def test_a_share_of_errors_is_the_share_that_was_asked_for(process: Struck) -> None:
    process.arm(Error(role="search", probability=0.3, seed=5))
    assert sum(_struck(process, 5_000)) / 5_000 == pytest.approx(0.3, abs=0.03)


def test_the_same_seed_strikes_the_same_calls(tmp_path: Path) -> None:
    struck = []
    for run in ("one", "other"):
        (tmp_path / run).mkdir()
        process = Struck(tmp_path / run)
        process.arm(Error(role="search", probability=0.5, seed=7))
        struck.append(_struck(process, 100))
    assert struck[0] == struck[1]


def test_a_process_that_starts_anew_draws_other_chances(process: Struck) -> None:
    fault = Error(role="search", probability=0.5, seed=7)
    process.arm(fault)
    before = _struck(process, 100)
    process.begin()
    assert _struck(process, 100) != before


def test_arming_another_fault_does_not_begin_the_first_anew(process: Struck) -> None:
    fault, other = Error(role="search", probability=0.5), Error(role="carts", slot=1)
    process.arm(fault)
    begun = process.points._in_force
    process.arm(fault, other)
    assert process.points._in_force[0] == begun[0]


def test_the_faults_file_is_looked_at_again_within_its_interval(process: Struck) -> None:
    process.points.reach("search")
    process.arm(Error(role="search"))
    time.sleep(2 * RELOAD_EVERY_S)
    with pytest.raises(InjectedError):
        process.points.reach("search")


def test_hits_are_counted_by_the_slot_of_their_fault(process: Struck) -> None:
    process.arm(Error(role="search", slot=1), Error(role="carts", slot=2))
    for role in ("search", "carts", "search"):
        with pytest.raises(InjectedError):
            process.points.reach(role)
    counters = read_counters(process.counters)
    assert (counters.hits_by_slot[1], counters.hits_by_slot[2], counters.fault_hits) == (2, 1, 3)
