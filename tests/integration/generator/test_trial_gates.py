"""A trial in which one thing is broken does not count, and its record says which thing.

The load generator, the timeline, the sampler and the gates are the real ones; the store is one
tiny server.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self

import pyarrow.parquet as pq
import pytest
from rich.console import Console
from tiny_servers import Reply, Request, ScriptedServer, tiny_store

from experiment.errors import RunError
from experiment.journal import Journal
from experiment.record import RunFolder, TrialRecord, read_json
from experiment.scenario import Scenario
from loadtests.schedule import arrivals_of
from store.rules.books import Books
from store.runtime.faults import ArmedFault
from store.runtime.telemetry import Counters
from testbed.display import PlainDisplay
from testbed.janitor import Belongings
from testbed.parity_gate import require_parity
from testbed.planning import create_folder, make_plan
from testbed.platforms.platform import Deployment, Instance, RoleUsage
from testbed.trial import LEAD_S, Trial, run_trial

CORE = max(os.sched_getaffinity(0))
HOG = "import time\nend = time.monotonic() + 30\nwhile time.monotonic() < end: pass"


class TinyStore:
    """A store of one process that obeys no fault, unless a test changes that."""

    start_s = 0.1
    limits: dict[str, str] = {}

    def __init__(self, url: str) -> None:
        self.url = url

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
        return [RoleUsage("monolith", 1, time.process_time(), 1.0, Counters())]

    def state_changes(self) -> list[dict[str, Any]]:
        return []

    def books(self) -> Books:
        return Books()

    def down(self) -> None:
        pass


class StuckStore(TinyStore):
    """Faults can be armed, but not lifted."""

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        if not faults:
            raise RunError("The fault cannot be lifted.")


class TinyPlatform:
    """Hands out the given stores, one after the other."""

    factors: dict[str, str] = {}
    generator_cpus = (CORE,)

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


@pytest.fixture
def belongings(tmp_path: Path) -> Iterator[Belongings]:
    with Belongings(tmp_path / "state") as kept:
        yield kept


def _scenario(*faults: dict[str, Any], busy_share: float = 1.0) -> Scenario:
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
            "cooldown": {"busy_share": busy_share, "within_s": 2},
        }
    )  # fmt: skip


def _trial(results: Path, scenario: Scenario) -> Trial:
    plan = make_plan(scenario, "smoke", blocks=1, seed=1, factors={})
    folder = create_folder(results, plan)
    folder.block(1).mkdir()
    pq.write_table(arrivals_of(scenario, "smoke", seed=1), folder.arrivals(1))
    return Trial(plan, folder, 1, scenario.arms[0])


def _run(trial: Trial, platform: TinyPlatform) -> TrialRecord:
    with PlainDisplay(Console(quiet=True), trials=1, seconds_per_trial=1) as display:
        return run_trial(trial, platform, display)


def _broken(record: TrialRecord) -> set[str]:
    return {gate.name for gate in record.gates if not gate.passed}


@contextmanager
def _busy(core: int) -> Iterator[None]:
    """Another program takes a core."""
    with subprocess.Popen([sys.executable, "-c", HOG]) as hog:
        os.sched_setaffinity(hog.pid, {core})
        yield
        hog.kill()


def test_a_fault_that_nobody_feels_voids_the_trial(tmp_path: Path, belongings: Belongings) -> None:
    trial = _trial(tmp_path, _scenario({"kind": "error", "role": "catalog"}))
    with ScriptedServer(tiny_store()) as url:
        record = _run(trial, TinyPlatform(belongings, TinyStore(url)))
    assert record.status == "void"
    assert "faults" in _broken(record)
    assert not {"rows", "drain"} & _broken(record)


def test_a_fault_that_cannot_be_lifted_fails_the_trial(
    tmp_path: Path, belongings: Belongings
) -> None:
    trial = _trial(tmp_path, _scenario({"kind": "error", "role": "catalog"}))
    with (
        ScriptedServer(tiny_store()) as url,
        pytest.raises(RunError, match="cannot be lifted"),
    ):
        _run(trial, TinyPlatform(belongings, StuckStore(url)))
    assert read_json(trial.files.run, TrialRecord).status == "failed"


def test_a_busy_machine_and_a_stalled_load_generator_void_the_trial(
    tmp_path: Path, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Stalled, since no number of other programs starves it for sure: it sleeps between two
    # requests, and schedulers favour who sleeps.
    def stall(_name: str, pid: int, _stop: signal.Signals) -> None:
        for at_s, what in ((LEAD_S + 1.0, signal.SIGSTOP), (LEAD_S + 1.5, signal.SIGCONT)):
            threading.Timer(at_s, os.kill, (pid, what)).start()

    monkeypatch.setattr(belongings, "process", stall)
    half_a_core = 0.5 / (os.cpu_count() or 1)
    trial = _trial(tmp_path, _scenario(busy_share=half_a_core))
    with ScriptedServer(tiny_store()) as url, _busy(CORE):
        record = _run(trial, TinyPlatform(belongings, TinyStore(url)))
    assert record.status == "void"
    assert {"idle machine", "lateness"} <= _broken(record)


def test_a_load_generator_that_dies_fails_the_trial(
    tmp_path: Path, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    killers = []

    def doom(name: str, pid: int, _stop: signal.Signals) -> None:
        assert name == "load generator"
        killers.append(threading.Timer(3.0, os.kill, (pid, signal.SIGKILL)))
        killers[-1].start()

    monkeypatch.setattr(belongings, "process", doom)
    trial = _trial(tmp_path, _scenario())
    with ScriptedServer(tiny_store()) as url, pytest.raises(RunError, match="ended with code -9"):
        _run(trial, TinyPlatform(belongings, TinyStore(url)))
    assert len(killers) == 1
    assert read_json(trial.files.run, TrialRecord).status == "failed"


def test_stores_that_differ_in_one_answer_are_not_measured(
    tmp_path: Path, belongings: Belongings
) -> None:
    def alike(_request: Request) -> tuple[float, Reply]:
        return 0.0, (404, {"detail": "There is nothing."})

    def other_for_search(request: Request) -> tuple[float, Reply]:
        found = "/api/search" in request[1]
        return 0.0, (404, {"detail": "There is little."}) if found else alike(request)[1]

    plan = make_plan(_scenario(), "smoke", blocks=1, seed=1, factors={})
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    with (
        ScriptedServer(alike) as one,
        ScriptedServer(other_for_search) as other,
        Journal(folder.journal) as journal,
        PlainDisplay(Console(quiet=True), trials=1, seconds_per_trial=1) as display,
    ):
        platform = TinyPlatform(belongings, TinyStore(one), TinyStore(other))
        with pytest.raises(RunError, match=r"nothing was measured.*search"):
            require_parity(plan, folder, platform, display, journal)
