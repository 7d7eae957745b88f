"""The autoscaler at work on a store in memory, sixty times as fast as in a cluster."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from experiment.autoscaling import Autoscaling, Bounds
from experiment.errors import RunError
from experiment.journal import Journal, read_journal
from scaling.room import Room
from testbed.autoscaling.autoscaler import Autoscaler
from testbed.clock import Clock
from testbed.deploying import plain_deployment
from testbed.platforms.division import Division
from testbed.platforms.platform import InstanceReading, RunningStore, Scaled
from testbed.stopping import Stopped

ROLE = "monolith"
FAST = Autoscaling(metric="in-flight", target=4.0, start_s=0, metrics_delay_s=0, compression=60)
WITHIN_S = 5.0


class Store:
    """Its instances share what is in hand."""

    def __init__(self, in_hand: int, error: Exception | None = None) -> None:
        self.instances = 1
        self.in_hand = in_hand
        self.error = error
        self.scaled = threading.Event()

    def readings(self, role: str) -> list[InstanceReading]:
        each = self.in_hand // self.instances
        return [InstanceReading(f"{role}-{n}", 0.0, each) for n in range(self.instances)]

    def scale(self, role: str, instances: int, hold: Callable[[], object]) -> Scaled:
        del role
        self.scaled.set()
        if self.error is not None:
            raise self.error
        hold()
        self.instances = instances
        return Scaled(added=("monolith-2",))


@contextmanager
def scaling(
    store: Store, file: Path, room: Room | None = None, start_s: float = 0
) -> Iterator[Autoscaler]:
    deployment = plain_deployment("monolith", sample=cast("Any", None))
    division = Division(quotas={ROLE: 0.2}, room=room or Room())
    with Journal(file) as journal:
        yield Autoscaler(
            FAST.model_copy(update={"start_s": start_s}),
            {ROLE: Bounds(least=1, most=5)},
            store=cast("RunningStore", store),
            deployment=deployment.__class__(**{**vars(deployment), "division": division}),
            journal=journal,
            clock=Clock(time.time()),
        )


def test_what_is_decided_is_done_and_on_record_with_its_reason(tmp_path: Path) -> None:
    store = Store(in_hand=12)
    with scaling(store, tmp_path / "events.jsonl") as autoscaler, autoscaler:
        assert store.scaled.wait(WITHIN_S)
    events = read_journal(tmp_path / "events.jsonl")
    decided = next(e for e in events if e["event"] == "scaling-decided" and e["to"] != e["from"])
    assert (decided["from"], decided["to"], decided["mean"]) == (1, 3, 12.0)
    assert decided["reason"] == "in-flight asks for 3"
    done = next(e for e in events if e["event"] == "scaling-done")
    assert (done["instances"], done["added"]) == (3, ["monolith-2"])
    assert store.instances == 3


def test_no_more_are_started_than_the_budget_has_room_for(tmp_path: Path) -> None:
    store = Store(in_hand=100)
    room = Room(most_cpus=0.45, quotas={ROLE: 0.2})
    with scaling(store, tmp_path / "events.jsonl", room) as autoscaler, autoscaler:
        assert store.scaled.wait(WITHIN_S)
    events = read_journal(tmp_path / "events.jsonl")
    decided = next(e for e in events if e["event"] == "scaling-decided" and e["to"] != e["from"])
    assert decided["to"] == 2
    assert decided["reason"].startswith("in-flight asks for 25")
    assert decided["reason"].endswith("bounded to 2 by the budget")


def test_a_store_that_cannot_be_scaled_ends_the_trial(tmp_path: Path) -> None:
    store = Store(in_hand=12, error=RunError("it did not start"))
    with (
        pytest.raises(RunError, match="Scaling failed: it did not start"),
        scaling(store, tmp_path / "events.jsonl") as autoscaler,
        autoscaler,
    ):
        assert store.scaled.wait(WITHIN_S)


def test_an_instance_serves_after_its_declared_start(tmp_path: Path) -> None:
    store = Store(in_hand=12)
    with scaling(store, tmp_path / "events.jsonl", start_s=18) as autoscaler, autoscaler:
        assert store.scaled.wait(WITHIN_S)
    done = next(e for e in read_journal(tmp_path / "events.jsonl") if e["event"] == "scaling-done")
    assert done["actual_s"] - done["decided_s"] >= 18 / FAST.compression
    assert done["decided_s"] <= done["ready_s"] < done["decided_s"] + 18 / FAST.compression


def test_a_start_that_takes_longer_than_is_declared_is_on_record(tmp_path: Path) -> None:
    late_s = 0.4

    class Slow(Store):
        def scale(self, role: str, instances: int, hold: Callable[[], object]) -> Scaled:
            time.sleep(late_s)
            return super().scale(role, instances, hold)

    store = Slow(in_hand=12)
    with scaling(store, tmp_path / "events.jsonl", start_s=6) as autoscaler, autoscaler:
        assert store.scaled.wait(WITHIN_S)
    done = next(e for e in read_journal(tmp_path / "events.jsonl") if e["event"] == "scaling-done")
    assert done["ready_s"] - done["decided_s"] >= late_s > 6 / FAST.compression


def test_whoever_stops_does_not_wait_for_a_declared_start(tmp_path: Path) -> None:
    def stop() -> None:
        assert store.scaled.wait(WITHIN_S)
        raise Stopped

    store = Store(in_hand=12)
    with scaling(store, tmp_path / "events.jsonl", start_s=3600) as autoscaler:
        began = time.monotonic()
        with pytest.raises(Stopped), autoscaler:
            stop()
        assert time.monotonic() - began < 2 * WITHIN_S < 3600 / FAST.compression
