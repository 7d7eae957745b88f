"""The exact tests of blocks."""

import numpy as np
import pytest
from scipy import stats

from analysis.signs import MOST_ENUMERATED, sign_flip_p


@pytest.mark.parametrize(
    ("n", "p"), [(3, 0.25), (4, 0.125), (5, 0.0625), (6, 0.03125), (10, 2 / 1024)]
)
def test_blocks_of_one_sign_have_the_smallest_p_that_their_number_allows(n: int, p: float) -> None:
    assert sign_flip_p([0.1 * (block + 1) for block in range(n)]) == p


@pytest.mark.parametrize("n", [2, 5, 8, 11])
def test_p_is_that_of_all_choices_of_signs(n: int) -> None:
    effects = np.random.default_rng(n).normal(0.4, 1, n)
    found = stats.permutation_test(
        (effects,), np.mean, permutation_type="samples", n_resamples=2**n, vectorized=True
    )

    assert sign_flip_p(effects.tolist()) == pytest.approx(found.pvalue)


def test_effects_that_cancel_and_no_effects_have_a_p_of_one() -> None:
    assert sign_flip_p([0.3, -0.3]) == 1
    assert sign_flip_p([0.0] * 8) == 1
    assert sign_flip_p([]) == 1


def test_five_steps_and_five_times_nothing_do_not_decide() -> None:
    """Ten effects of one autoscaler step, or none: their t interval leaves zero out."""
    assert sign_flip_p([-4.5, -4.4, -4.6, -4.7, -4.3, 0.3, 0.2, -0.1, 0.1, -0.2]) > 0.01
    assert sign_flip_p([-4.5] * 5 + [0.1] * 5) > 0.05


def test_what_is_drawn_agrees_with_what_is_enumerated() -> None:
    effects = np.random.default_rng(3).normal(0.25, 1, MOST_ENUMERATED + 1).tolist()

    exact = sign_flip_p(effects[:-1])
    drawn = sign_flip_p([*effects[:-1], 0.0])

    assert drawn == pytest.approx(exact, abs=0.003)
