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
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from tiny_platform import CORE, TinyPlatform, TinyStore, run_one, tiny_scenario, trial_of
from tiny_servers import Reply, Request, ScriptedServer, tiny_store

import testbed.trial
from experiment.errors import RunError
from experiment.journal import Journal
from experiment.record import RunFolder, TrialRecord, read_json
from store.runtime.faults import ArmedFault
from testbed.core_watch import CoreWatch
from testbed.display import PlainDisplay
from testbed.janitor import Belongings
from testbed.parity_gate import require_parity
from testbed.planning import make_plan
from testbed.platforms.machine.affinity import Cores
from testbed.terminal import Terminal
from testbed.trial import LEAD_S

HOG = "import time\nend = time.monotonic() + 30\nwhile time.monotonic() < end: pass"


class StuckStore(TinyStore):
    """Faults can be armed, but not lifted."""

    def arm_faults(self, faults: Sequence[ArmedFault]) -> None:
        if not faults:
            raise RunError("The fault cannot be lifted.")


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
    trial = trial_of(tmp_path, tiny_scenario({"kind": "error", "role": "catalog"}))
    with ScriptedServer(tiny_store()) as url:
        record = run_one(trial, TinyPlatform(belongings, TinyStore(url)))
    assert record.status == "void"
    assert "faults" in _broken(record)
    assert not {"rows", "drain"} & _broken(record)


def test_a_fault_that_cannot_be_lifted_fails_the_trial(
    tmp_path: Path, belongings: Belongings
) -> None:
    trial = trial_of(tmp_path, tiny_scenario({"kind": "error", "role": "catalog"}))
    with (
        ScriptedServer(tiny_store()) as url,
        pytest.raises(RunError, match="cannot be lifted"),
    ):
        run_one(trial, TinyPlatform(belongings, StuckStore(url)))
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
    trial = trial_of(tmp_path, tiny_scenario(busy_share=half_a_core))
    with ScriptedServer(tiny_store()) as url, _busy(CORE):
        record = run_one(trial, TinyPlatform(belongings, TinyStore(url)))
    assert record.status == "void"
    assert {"idle machine", "lateness"} <= _broken(record)


@pytest.mark.parametrize("side", ["the store's cores", "the generator's"])
def test_another_program_on_a_core_of_the_trial_voids_it(
    tmp_path: Path, belongings: Belongings, side: str
) -> None:
    other = min(os.sched_getaffinity(0) - {CORE}, default=CORE)
    trial = trial_of(tmp_path, tiny_scenario(foreign_share=0.2))
    with ScriptedServer(tiny_store()) as url:
        platform = TinyPlatform(belongings, TinyStore(url, ("edge", "monolith")))
        platform.watched_cores = Cores(frozenset({other}), frozenset({CORE}))
        with _busy(other if side == "the store's cores" else CORE):
            record = run_one(trial, platform)
    (gate,) = (gate for gate in record.gates if gate.name == "foreign CPU")
    assert record.status == "void"
    assert not gate.passed
    assert "of a core of" in gate.says


def test_a_clock_that_is_set_during_a_trial_voids_it(
    tmp_path: Path, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial, set_s = trial_of(tmp_path, tiny_scenario()), [0.0]
    monkeypatch.setattr(
        testbed.trial, "CoreWatch", partial(CoreWatch, wall=lambda: time.time() + set_s[0])
    )
    with ScriptedServer(tiny_store()) as url:
        threading.Timer(LEAD_S + 3.0, lambda: set_s.append(set_s.pop() + 0.3)).start()
        record = run_one(trial, TinyPlatform(belongings, TinyStore(url)))
    (gate,) = (gate for gate in record.gates if gate.name == "clock")
    assert record.status == "void"
    assert "the wall clock moved by 300." in gate.says


def test_a_load_generator_that_dies_fails_the_trial(
    tmp_path: Path, belongings: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    killers = []

    def doom(name: str, pid: int, _stop: signal.Signals) -> None:
        assert name == "load generator"
        killers.append(threading.Timer(3.0, os.kill, (pid, signal.SIGKILL)))
        killers[-1].start()

    monkeypatch.setattr(belongings, "process", doom)
    trial = trial_of(tmp_path, tiny_scenario())
    with ScriptedServer(tiny_store()) as url, pytest.raises(RunError, match="ended with code -9"):
        run_one(trial, TinyPlatform(belongings, TinyStore(url)))
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

    plan = make_plan(tiny_scenario(), "smoke", blocks=1, seed=1, factors={})
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    with (
        ScriptedServer(alike) as one,
        ScriptedServer(other_for_search) as other,
        Journal(folder.journal) as journal,
        PlainDisplay(Terminal(quiet=True), trials=1, seconds_per_trial=1) as display,
    ):
        platform = TinyPlatform(belongings, TinyStore(one), TinyStore(other))
        with pytest.raises(RunError, match=r"nothing was measured.*search"):
            require_parity(plan, folder, platform, display, journal)
