"""Watching what a store consists of around its baseline."""

import time
from pathlib import Path
from typing import cast

import pytest

from experiment.errors import RunError
from experiment.footprint import Footprint, RoleFootprint, Traffic
from experiment.phase import Phase, PlannedPhase
from experiment.record import read_json
from testbed import footprint
from testbed.clock import Clock
from testbed.footprint import FootprintWatch
from testbed.platforms.footprint import Connection
from testbed.platforms.platform import RunningStore

PAST_S = 3.0


class Store:
    """Each look finds 500 bytes more on its one connection."""

    def __init__(self) -> None:
        self.looks = 0

    def connections(self) -> list[Connection]:
        self.looks += 1
        return [Connection("edge", "monolith", 1, 500 * self.looks)]

    def footprint(self) -> list[RoleFootprint]:
        return [RoleFootprint(role="monolith", processes=2, memory_mb=90.5, database_connections=3)]


class LostStore(Store):
    def connections(self) -> list[Connection]:
        raise ProcessLookupError("no such process")


def _planned(kind: str, begin_s: float, end_s: float) -> PlannedPhase:
    seconds = dict.fromkeys(("smoke", "demo", "full"), end_s - begin_s)
    phase = Phase.model_validate({"name": kind, "kind": kind, "seconds": seconds})
    return PlannedPhase(phase, begin_s, end_s, kind, kind)


def _watch(store: Store, file: Path, *timetable: PlannedPhase) -> FootprintWatch:
    clock = Clock(time.time() - PAST_S)
    rest = footprint.read(cast("RunningStore", Store()))
    return FootprintWatch(cast("RunningStore", store), clock, timetable, rest, file)


def _awaited(watch: FootprintWatch, store: Store, looks: int) -> None:
    until = time.monotonic() + 5
    with watch:
        while store.looks < looks:
            assert time.monotonic() < until
            time.sleep(0.005)


def test_only_the_baseline_is_read_at_its_begin_and_end(tmp_path: Path) -> None:
    store, file = Store(), tmp_path / "footprint.json"
    phases = _planned("warm-up", 0, 1), _planned("baseline", 1, 2), _planned("event", 2, PAST_S)

    _awaited(_watch(store, file, *phases), store, looks=2)

    found = read_json(file, Footprint)
    (steady,) = found.steady
    assert steady.phase == "baseline"
    assert steady.traffic == (Traffic(caller="edge", callee="monolith", bytes=500),)
    assert (steady.closed, steady.end.links[0].connections) == (0, 1)
    assert found.rest.roles[0].memory_mb == 90.5


def test_a_trial_that_ends_before_its_baseline_ends_has_a_record_of_the_rest(
    tmp_path: Path,
) -> None:
    store, file = Store(), tmp_path / "footprint.json"

    _awaited(_watch(store, file, _planned("baseline", 1, 600)), store, looks=1)

    found = read_json(file, Footprint)
    assert found.steady == ()
    assert found.rest.links[0].connections == 1


def test_what_cannot_be_read_never_passes_for_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match="no such process"),
        _watch(LostStore(), tmp_path / "footprint.json", _planned("baseline", 0, 1)),
    ):
        time.sleep(0.1)
