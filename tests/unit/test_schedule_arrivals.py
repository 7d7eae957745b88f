"""When journeys arrive."""

import math

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from experiment.load import Journey, Load
from experiment.rows import ARRIVALS
from experiment.store import Sample
from loadtests.journeys import STEPS
from loadtests.rates import Stretch
from loadtests.schedule import schedule

SAMPLE = Sample(products=200, customers=50, ratings=0)
MIX: dict[Journey, float] = {"browse": 4, "search": 3, "recommend": 2, "buy": 1}
seeds = st.integers(0, 2**31)


def _schedule(
    seed: int = 1, *, rate: float = 40, surge: float = 1.0, arrivals: str = "poisson"
) -> pa.Table:
    load = Load(rate=rate, mix=MIX, think_s=0.3, arrivals=arrivals)  # type: ignore[arg-type]
    stretches = [Stretch(10, {}), Stretch(5, {"recommend": surge}), Stretch(5, {})]
    return schedule(load, stretches, SAMPLE, seed)


def _begins(table: pa.Table, journey: Journey) -> pd.Series:
    frame = table.to_pandas()
    return frame[(frame.step == 0) & (frame.journey == journey)].intended_s


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    assert _schedule(seed).equals(_schedule(seed))
    assert not _schedule(seed).equals(_schedule(seed + 1))


@given(seeds, st.floats(1, 100))
@settings(max_examples=25, deadline=None)
def test_poisson_counts_are_within_six_sigmas_of_the_closed_form(seed: int, rate: float) -> None:
    table = _schedule(seed, rate=rate, surge=3)
    for journey, weight in MIX.items():
        seconds = 10 + 5 * (3 if journey == "recommend" else 1) + 5
        expected = rate * weight / 10 * seconds
        assert abs(len(_begins(table, journey)) - expected) <= 6 * math.sqrt(expected) + 2


@given(seeds, st.floats(1, 100))
@settings(max_examples=25, deadline=None)
def test_constant_counts_are_the_closed_form_rounded(seed: int, rate: float) -> None:
    table = _schedule(seed, rate=rate, arrivals="constant")
    for journey, weight in MIX.items():
        expected = rate * weight / 10 * 20
        assert abs(len(_begins(table, journey)) - expected) < 1 + 1e-6


def test_constant_arrivals_are_evenly_spaced_within_a_stretch() -> None:
    begins_s = _begins(_schedule(arrivals="constant", surge=4), "recommend").to_numpy()
    at_rest, surging = begins_s[begins_s < 10], begins_s[(begins_s >= 10) & (begins_s < 15)]
    assert np.allclose(np.diff(at_rest), 1 / 8)
    assert np.allclose(np.diff(surging), 1 / 32)


def test_gaps_between_poisson_arrivals_are_exponential() -> None:
    gaps_s = np.diff(_begins(_schedule(rate=2_000), "browse"))
    mean_s = 1 / 800
    assert abs(gaps_s.mean() / mean_s - 1) < 0.05
    assert abs(np.quantile(gaps_s, 0.9) / (mean_s * math.log(10)) - 1) < 0.05


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_surge_leaves_all_other_journeys_untouched(seed: int) -> None:
    calm, surging = _schedule(seed).to_pandas(), _schedule(seed, surge=5).to_pandas()
    others = [column for column in ARRIVALS.names if column != "seq"]  # their numbers shift
    for journey in ("browse", "search", "buy"):
        before = calm[calm.journey == journey][others].reset_index(drop=True)
        after = surging[surging.journey == journey][others].reset_index(drop=True)
        pd.testing.assert_frame_equal(before, after)


def test_a_surge_leaves_its_own_journey_untouched_until_it_begins() -> None:
    calm, surging = _begins(_schedule(), "recommend"), _begins(_schedule(surge=5), "recommend")
    assert calm[calm < 10].tolist() == surging[surging < 10].tolist()
    assert len(surging) > len(calm)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_journeys_are_numbered_in_order_of_arrival_and_each_has_all_its_steps(seed: int) -> None:
    table = _schedule(seed)
    assert table.schema.equals(ARRIVALS)
    frame = table.to_pandas()
    begins = frame[frame.step == 0]
    assert begins.intended_s.is_monotonic_increasing
    assert begins.seq.tolist() == list(range(len(begins)))
    for _, steps in frame.groupby("seq"):
        assert tuple(steps.operation) == STEPS[steps.journey.iloc[0]]
        assert steps.step.tolist() == list(range(len(steps)))
        assert steps.intended_s.is_monotonic_increasing


def test_journeys_begin_inside_the_load_window_and_may_end_behind_it() -> None:
    frame = _schedule().to_pandas()
    assert frame[frame.step == 0].intended_s.between(0, 20).all()
    assert frame.intended_s.max() > 20


def test_think_times_have_the_mean_that_was_asked_for() -> None:
    frame = _schedule(rate=500).to_pandas().sort_values(["seq", "step"])
    pauses_s = frame.groupby("seq").intended_s.diff().dropna()
    assert abs(pauses_s.mean() / 0.3 - 1) < 0.05


def test_a_load_too_short_for_any_arrival_is_an_empty_schedule() -> None:
    load = Load(rate=0.001, mix={"buy": 1})
    table = schedule(load, [Stretch(0.001, {})], SAMPLE, 1)
    assert table.num_rows == 0
    assert table.schema.equals(ARRIVALS)
