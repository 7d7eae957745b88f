"""A platform of tiny stores, on which the test bed's own trial runs."""

import os
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Self

import pyarrow.parquet as pq

from experiment.load_worker import RemoteLoad
from experiment.record import TrialRecord
from experiment.scenario import Scenario
from loadtests.schedule import arrivals_of
from store.rules.books import Books
from store.runtime.faults import ArmedFault
from store.runtime.telemetry import Counters
from testbed.display import PlainDisplay
from testbed.janitor import Belongings
from testbed.planning import create_folder, make_plan
from testbed.platforms.machine.affinity import Cores
from testbed.platforms.platform import Deployment, Instance, RoleUsage
from testbed.terminal import Terminal
from testbed.trial import Trial, run_trial

CORE = max(os.sched_getaffinity(0))


class TinyStore:
    """A store of one process that obeys no fault, unless a test changes that."""

    start_s = 0.1
    limits: dict[str, str] = {}

    def __init__(self, url: str, roles: Sequence[str] = ("monolith",)) -> None:
        self.url = url
        self._roles = roles

    def instances(self) -> list[Instance]:
        return [Instance("monolith", "monolith-1", self.url, os.getpid(), alive=True)]

    def kill_role(self, role: str) -> None:
        raise AssertionError(role)

    def restore_role(self, role: str) -> None:
        raise AssertionError(role)

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        """Nothing in this store heeds them."""

    def fault_hits(self, slot: int) -> int:
        return 0

    def under_budget(self) -> AbstractContextManager[None]:
        return nullcontext()

    def usage(self) -> list[RoleUsage]:
        cpu_s = time.process_time()
        return [RoleUsage(role, 1, cpu_s, 1.0, Counters()) for role in self._roles]

    def state_changes(self) -> list[dict[str, Any]]:
        return []

    def books(self) -> Books:
        return Books()

    def down(self) -> None:
        pass


class TinyPlatform:
    """Hands out the given stores, one after the other."""

    factors: dict[str, str] = {}
    generator_cpus = (CORE,)
    watched_cores: Cores | None = None

    def __init__(self, belongings: Belongings, *stores: TinyStore) -> None:
        self.belongings = belongings
        self._stores = iter(stores)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def up(self, _deployment: Deployment, _workdir: Path, port: int | None = None) -> TinyStore:
        assert port is None
        return next(self._stores)


def tiny_scenario(
    *faults: dict[str, Any], busy_share: float = 1.0, foreign_share: float = 1.0
) -> Scenario:
    seconds = {"smoke": 1.5, "demo": 1, "full": 1}
    phases = [
        {"name": "rest", "kind": "baseline", "seconds": seconds},
        {"name": "event", "kind": "event", "seconds": seconds, "faults": faults},
    ]
    primary = {"metric": "failed_share", "phase": "event", "margin": 0.1, "says": "failures"}
    return Scenario.model_validate(
        {
            "name": "tiny", "title": "t", "question": "q?", "claims": [], "phases": phases,
            "load": {"rate": 40, "mix": {"browse": 1}, "think_s": 0.1, "deadline_s": 2},
            "arms": [
                {"name": "monolith", "architecture": "monolith"},
                {"name": "microservices", "architecture": "microservices"},
            ],
            "budget": {"cpus": 1, "memory_mb": 100},
            "slo": {"latency_ms": 100, "good_share": 0.9},
            "primary": primary | {"expectation": "lower in microservices"},
            "sample": {"products": 20, "customers": 10, "ratings": 0},
            "cooldown": {
                "busy_share": busy_share, "foreign_share": foreign_share, "within_s": 2
            },
        }
    )  # fmt: skip


def trial_of(results: Path, scenario: Scenario, remote_load: RemoteLoad | None = None) -> Trial:
    plan = make_plan(scenario, "smoke", blocks=1, seed=1, factors={}, remote_load=remote_load)
    folder = create_folder(results, plan)
    folder.block(1).mkdir()
    pq.write_table(arrivals_of(scenario, "smoke", seed=1), folder.arrivals(1))
    return Trial(plan, folder, 1, scenario.arms[0])


def run_one(trial: Trial, platform: TinyPlatform) -> TrialRecord:
    with PlainDisplay(Terminal(quiet=True), trials=1, seconds_per_trial=1) as display:
        return run_trial(trial, platform, display)
