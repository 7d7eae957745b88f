"""A load from several workers is judged by each of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.load_workers import load_worker_gates
from experiment.load_worker import LoadWorker

SOUND = {"host": "h", "journeys": 100, "rows": 100, "offset_s": 5.0}
CLOCK = {"uncertainty_ms": 0.2, "drift_ms": 0.1}


def _workers(**second: Any) -> list[LoadWorker]:
    return [
        LoadWorker(index=0, **SOUND, **CLOCK),
        LoadWorker(**{"index": 1, **SOUND, **CLOCK, **second}),
    ]


def _requests(late_ms_of_second: float = 1.0) -> pd.DataFrame:
    seq = np.arange(10_000)
    # Two in a hundred of the second's: one in a hundred of all.
    late = (seq % 2 == 1) & (seq % 100 == 1)
    late_s = np.where(late, late_ms_of_second, 1.0) / 1000
    return pd.DataFrame({"seq": seq, "intended_s": seq / 10, "sent_s": seq / 10 + late_s})


def _broken(workers: list[LoadWorker], requests: pd.DataFrame) -> dict[str, str]:
    gates = load_worker_gates(workers, requests, lateness_limit_ms=10.0)
    return {gate.name: gate.says for gate in gates if not gate.passed}


def test_a_load_of_one_process_has_no_gates_of_its_workers() -> None:
    assert load_worker_gates([], _requests(), 10.0) == ()


def test_sound_workers_pass_all() -> None:
    assert _broken(_workers(), _requests()) == {}
    assert len(load_worker_gates(_workers(), _requests(), 10.0)) == 3


@pytest.mark.parametrize("clock", [{"uncertainty_ms": 2.1}, {"drift_ms": 5.1}, {"drift_ms": -5.1}])
def test_a_clock_beyond_its_limits_is_told(clock: dict[str, float]) -> None:
    assert list(_broken(_workers(**clock), _requests())) == ["load clocks"]


@pytest.mark.parametrize("clock", ["uncertainty_ms", "drift_ms"])
def test_a_clock_that_was_not_measured_is_named(clock: str) -> None:
    assert _broken(_workers(**{clock: None}), _requests()) == {
        "load clocks": "the clock of load worker 1 (h) was not measured"
    }


def test_a_worker_in_trouble_is_told_in_its_sentence() -> None:
    says = "Load worker 1 (h) left, and its rows are missing."
    assert _broken(_workers(trouble=says), _requests()) == {"load workers": says}


def test_one_late_worker_does_not_hide_among_the_others() -> None:
    says = _broken(_workers(), _requests(late_ms_of_second=30.0))["load worker lateness"]
    assert says.startswith("load worker 1 (h) sent 99 % of its requests within 30.0 ms")


def test_a_load_that_sent_nothing_fails() -> None:
    nothing = _requests().assign(sent_s=np.nan)
    assert _broken(_workers(), nothing) == {"load worker lateness": "no request was sent"}
