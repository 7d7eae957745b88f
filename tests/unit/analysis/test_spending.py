"""Many looks that err together no more often than one."""

import math

import numpy as np
import pytest
from scipy.special import stdtrit

from analysis.spending import nominal_levels, spent_by
from tests.unit.analysis.simulated import DRIFTS, NOISES, SIGMA, Floats, first_arm_leads

EXPERIMENTS = 20_000
MONTE_CARLO = 2 * math.sqrt(0.05 * 0.95 / EXPERIMENTS)
PLANS = [(6, 8), (6, 8, 10), tuple(range(6, 21, 2))]


def effects(blocks: int, noise: str, drift: str = "steady") -> Floats:
    """Between equal arms that take turns by the project's own rule."""
    random = np.random.default_rng([blocks, len(noise)])
    values = NOISES[noise](random, (EXPERIMENTS, blocks, 2))
    trials = DRIFTS[drift](random, (EXPERIMENTS, 2 * blocks)).reshape(values.shape)
    leads = np.resize(first_arm_leads(blocks), (EXPERIMENTS, blocks))[:, :, None]
    return np.asarray((values + np.where(leads, trials, trials[:, :, ::-1])) @ [-1.0, 1.0])


def leaves_out(effects: Floats, n: int, level: float) -> Floats:
    """Per experiment whether the interval of the first ``n`` blocks leaves zero out."""
    seen = effects[:, :n]
    half = stdtrit(n - 1, 1 - level / 2) * seen.std(axis=1, ddof=1) / math.sqrt(n)
    return np.abs(seen.mean(axis=1)) > half


def ever(effects: Floats, looks: tuple[int, ...], levels: tuple[float, ...]) -> float:
    """Share of experiments in which the interval of any look leaves zero out."""
    at = [leaves_out(effects, n, level) for n, level in zip(looks, levels, strict=True)]
    return float(np.logical_or.reduce(at).mean())


@pytest.mark.parametrize("looks", PLANS, ids=len)
@pytest.mark.parametrize("drift", DRIFTS)
def test_all_looks_together_call_equal_arms_different_in_5_of_100(
    looks: tuple[int, ...], drift: str
) -> None:
    share = ever(effects(looks[-1], "normal", drift), looks, nominal_levels(looks))

    assert 0.05 - MONTE_CARLO <= share <= 0.05 + MONTE_CARLO


@pytest.mark.parametrize("noise", [name for name in NOISES if name != "normal"])
def test_heavy_tails_make_looks_more_cautious_not_less(noise: str) -> None:
    looks = PLANS[-1]

    assert ever(effects(looks[-1], noise), looks, nominal_levels(looks)) <= 0.05 + MONTE_CARLO


def test_looking_each_time_at_the_plain_interval_errs_far_more_often() -> None:
    looks = PLANS[-1]

    assert ever(effects(looks[-1], "normal"), looks, (0.05,) * len(looks)) > 0.12


def test_levels_carried_over_from_normal_statistics_would_spend_too_much() -> None:
    carried_over = 0.02362512, 0.04160666

    assert ever(effects(8, "normal"), (6, 8), carried_over) > 0.05 + MONTE_CARLO


def test_a_large_effect_takes_fewer_blocks_than_were_planned() -> None:
    looks, effect = PLANS[-1], 3 * SIGMA
    found = effects(looks[-1], "normal") + effect
    stopped = np.full(EXPERIMENTS, looks[-1])
    for n, level in reversed(list(zip(looks, nominal_levels(looks), strict=True))):
        stopped[leaves_out(found, n, level)] = n

    assert stopped.mean() < 0.7 * looks[-1]


def test_one_look_is_students_t_as_ever() -> None:
    assert nominal_levels((10,)) == pytest.approx((0.05,))


def test_what_is_spent_grows_to_all_of_it() -> None:
    spent = [spent_by(share) for share in (0.3, 0.6, 0.8, 1.0)]

    assert spent == sorted(spent)
    assert spent[0] < 0.001
    assert spent[-1] == pytest.approx(0.05)
