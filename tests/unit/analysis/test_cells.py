"""Cells, heat maps and curves lose no request on the way from the rows."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy import stats

from analysis.cells import split_by
from analysis.measured import load_run
from analysis.plots.heat import COLUMNS, draw_heat, draw_strip
from analysis.plots.spectrum import _spectrum
from analysis.quantiles import highest_known, quantile_interval
from experiment.record import RunFolder

Make = Callable[..., RunFolder]


def test_cells_count_what_the_rows_hold(make: Make) -> None:
    trial = load_run(make(blocks=1)).trial("monolith", 1)
    rows = trial.requests
    asked = rows[(rows["phase"] == "outage") & rows["feature"].isin(["cart", "search"])]

    shares = trial.cells.of("outage", ("cart", "search"))
    answered = trial.cells.answered_in("outage", ("cart", "search"))

    assert (shares.n, shares.failed) == (len(asked), asked["failed"].sum())
    assert shares.failed + shares.slow + shares.good == shares.n
    assert sorted(answered) == sorted(asked.loc[~asked["failed"], "response_ms"])
    outcomes = trial.cells.outcomes
    assert sum(outcomes.values()) == rows["phase"].notna().sum()
    assert outcomes["outage", "http_error"] == trial.cells.of("outage").failed


def test_values_are_split_by_their_code_in_order() -> None:
    parts = split_by(np.array([2, 0, 2, 0], np.int16), np.array([1.0, 2.0, 3.0, 4.0]), 3)

    assert [part.tolist() for part in parts] == [[2, 4], [], [1, 3]]


def test_a_heat_map_holds_every_request_and_a_single_one_is_visible() -> None:
    axes = Figure().subplots()
    axes.set_yscale("log")
    times = np.append(np.full(999, 1.0), 9.0)
    values = np.append(np.full(999, 5.0), 3000.0)

    draw_heat(axes, times, values, 10.0, "#0072B2")
    draw_strip(axes, np.array([9.99]), 10.0, "#000000", (0.93, 0.98))

    heat, strip = axes.collections
    counts = np.ma.filled(heat.get_array(), 0)
    assert counts.sum() == 1000
    assert counts.max() == 999
    faintest = heat.to_rgba(np.array([1.0]))[0, :3]
    assert min(faintest) < 0.85
    assert np.ma.filled(strip.get_array(), 0).ravel().tolist() == [0.0] * (COLUMNS - 1) + [1.0]
    low, high = axes.get_ylim()
    assert low < 5
    assert high > 3000


def test_a_curve_has_few_points_and_keeps_its_tail() -> None:
    values = np.arange(1_000_000.0)

    x, y = _spectrum(values, 400)

    assert len(x) <= 400
    assert np.allclose(y / len(values), 1 - 10.0**-x)
    assert y[-1] == np.floor(highest_known(len(values)) * len(values))


@pytest.mark.parametrize(("n", "p"), [(200, 0.5), (300, 0.95), (2000, 0.99)])
def test_the_interval_of_a_quantile_covers_it_as_often_as_it_says(n: int, p: float) -> None:
    truth = stats.lognorm(0.9).ppf(p)
    random = np.random.default_rng(1)
    found = [quantile_interval(random.lognormal(0, 0.9, n), p) for _ in range(1000)]

    hits = np.mean([bounds is not None and bounds[0] <= truth <= bounds[1] for bounds in found])
    assert 0.935 < hits < 0.985  # discrete ranks cover a little more than 95 %


def test_too_few_values_give_no_interval() -> None:
    values = np.arange(400.0)

    assert quantile_interval(values[:367], 0.99) is None
    assert quantile_interval(values[:368], 0.99) is not None
    assert quantile_interval(values[:0], 0.5) is None
