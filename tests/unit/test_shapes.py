"""Arrivals follow the shape of the load."""

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from experiment.errors import InputError
from experiment.load import Load
from experiment.scenario import load_scenario
from loadtests.rates import Stretch, Times, arrivals_at, rate_of, stretches_of
from tests import one_outage

LASTS_S = 100.0
STEPS = {"kind": "steps", "factors": [1, 4, 2], "step_s": 20}
SPIKE = {"kind": "spike", "height": 6, "at_s": 20, "rise_s": 10, "hold_s": 20, "fall_s": 5}
DIURNAL = {"kind": "diurnal", "period_s": 40, "low": 0.5, "high": 2.5}


def _steps_until(t: Times) -> Times:
    return np.minimum(t, 20) + 4 * np.clip(t - 20, 0, 20) + 2 * np.clip(t - 40, 0, None)


def _spike_until(t: Times) -> Times:
    rising, held, falling = (np.clip(t - at, 0, most) for at, most in [(20, 10), (30, 20), (50, 5)])
    extra: Times = 5 * rising**2 / 20 + 5 * held + 5 * falling - 5 * falling**2 / 10
    return t + extra


def _diurnal_until(t: Times) -> Times:
    return np.asarray(1.5 * t - np.sin(2 * math.pi * t / 40) * 40 / (2 * math.pi))


INTEGRALS = [(STEPS, _steps_until), (SPIKE, _spike_until), (DIURNAL, _diurnal_until)]
shapes = pytest.mark.parametrize(("shape", "until"), INTEGRALS, ids=["steps", "spike", "diurnal"])


def _arrivals(shape: dict[str, Any], rate: float, process: str, seed: int = 1) -> Times:
    load = Load.model_validate({"rate": rate, "mix": {"browse": 1}, "shape": shape})
    pieces = rate_of(load, [Stretch(30, {}), Stretch(LASTS_S - 30, {})], "browse")
    return arrivals_at(pieces, process, np.random.default_rng(seed))


@shapes
def test_time_changed_poisson_arrivals_are_a_poisson_process_of_rate_one(
    shape: dict[str, Any], until: Callable[[Times], Times]
) -> None:
    gaps = np.diff(50 * until(_arrivals(shape, 50, "poisson")))
    assert stats.kstest(gaps, "expon").pvalue > 0.01
    assert abs(np.corrcoef(gaps[:-1], gaps[1:])[0, 1]) < 4 / math.sqrt(len(gaps))


@shapes
def test_poisson_counts_vary_over_time_as_much_as_their_mean(
    shape: dict[str, Any], until: Callable[[Times], Times]
) -> None:
    edges = np.linspace(0, LASTS_S, 21)
    expected = 20 * np.diff(until(edges))
    counts = [np.histogram(_arrivals(shape, 20, "poisson", seed), edges)[0] for seed in range(50)]
    dispersion = float((((np.array(counts) - expected) ** 2) / expected).sum())
    assert 0.001 < stats.chi2.cdf(dispersion, 20 * 50) < 0.999


@shapes
def test_constant_arrivals_are_one_apart_in_changed_time_and_of_the_exact_number(
    shape: dict[str, Any], until: Callable[[Times], Times]
) -> None:
    begins_s = _arrivals(shape, 30, "constant")
    assert np.allclose(np.diff(30 * until(begins_s)), 1, atol=0.01)
    assert abs(len(begins_s) - 30 * until(np.array([LASTS_S]))[0]) < 1


@pytest.mark.parametrize("process", ["constant", "poisson"])
def test_schedules_agree_for_as_long_as_their_rates_agree(process: str) -> None:
    low, high = (_arrivals({**SPIKE, "height": height}, 30, process) for height in (2, 9))
    assert low[low < 20].tolist() == high[high < 20].tolist()
    assert len(high) > len(low)


def test_a_surge_multiplies_the_shape() -> None:
    load = Load.model_validate({"rate": 1, "mix": {"browse": 1}, "shape": STEPS})
    pieces = rate_of(load, [Stretch(30, {}), Stretch(30, {"browse": 3})], "browse")
    assert [(piece.begin_s, piece.begin) for piece in pieces] == [
        (0, 1),
        (20, 4),
        (30, 12),
        (40, 6),
    ]


def test_a_shorter_profile_plays_the_same_shape_in_each_phase() -> None:
    scenario = one_outage.one_outage()
    shape = {"kind": "spike", "at_s": 5, "rise_s": 5, "hold_s": 9, "fall_s": 9, "height": 3}
    load = Load.model_validate({"rate": 1, "mix": {"browse": 1}, "shape": shape})
    phases = len(scenario.phases)
    full, smoke = (
        [_factors(load, stretches_of(scenario, profile), phase) for phase in range(phases)]
        for profile in ("full", "smoke")
    )
    assert np.allclose(list(itertools.chain(*full)), list(itertools.chain(*smoke)))


def _factors(load: Load, stretches: list[Stretch], phase: int) -> list[float]:
    begin_s = sum(stretch.seconds for stretch in stretches[:phase])
    end_s = begin_s + stretches[phase].seconds
    pieces = rate_of(load, stretches, "browse")
    inside = [piece for piece in pieces if begin_s - 1e-9 <= piece.begin_s < end_s - 1e-9]
    return [factor for piece in inside for factor in (piece.begin, piece.end)]


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ('kind = "saw"', "load.shape"),
        ('kind = "steps"\nfactors = []\nstep_s = 5', "load.shape.steps.factors"),
        ('kind = "steps"\nfactors = [1, -2]\nstep_s = 5', "load.shape.steps.factors.1"),
        ('kind = "diurnal"\nperiod_s = 9\nlow = 2\nhigh = 1', "low must be below high"),
        (
            'kind = "spike"\nheight = 2\nat_s = 0\nrise_s = 0\nhold_s = 0\nfall_s = 0',
            "there is no spike",
        ),
        ('kind = "trace"\nfile = "none"', "leave it out"),
    ],
)
def test_a_mistake_in_a_shape_is_one_sentence(tmp_path: Path, shape: str, sentence: str) -> None:
    text = one_outage.FILE.read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    file.write_text(f"{text}\n[load.shape]\n{shape}\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        load_scenario(file)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)
