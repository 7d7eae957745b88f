"""What a trial took is told from its samples and rows, whose truth is known."""

import numpy as np
import pandas as pd
import pytest

from analysis.money.use import Share, taken_together, use_in

WINDOW = (2.0, 12.0)


def rows(bad: tuple[tuple[int, int], ...] = ()) -> pd.DataFrame:
    """One journey of two steps a second for 12 s; ``bad`` names journeys and steps."""
    made = [
        (seq, step, seq + 0.5 + step, (seq, step) not in bad)
        for seq in range(12)
        for step in (0, 1)
    ]
    return pd.DataFrame(made, columns=["seq", "step", "intended_s", "good"])


def samples(cpus: float | None = None) -> pd.DataFrame:
    """Two roles of the store; memory of the first grows by 10 MB a second; and the generator."""
    made = []
    for t_s in np.arange(0.0, 14.0):
        made += [
            (t_s, "monolith", 2, 0.3 * t_s, 100 + 10 * t_s, cpus),
            (t_s, "database", 1, 0.1 * t_s, 50.0, None),
            (t_s, "generator", 1, 5.0 * t_s, 900.0, None),
        ]
    names = ["t_s", "role", "instances", "cpu_s", "memory_mb", "cpus"]
    return pd.DataFrame(made, columns=names).astype({"cpus": "float64"})


def test_only_the_stores_own_resources_count() -> None:
    use = use_in(rows(), samples(), WINDOW, 0.8)
    assert use is not None
    assert use.cpus == Share(provisioned=0.8, used=pytest.approx(0.4))
    assert use.instances == 3.0


def test_memory_has_to_be_there_at_its_peak_and_is_used_at_its_mean() -> None:
    use = use_in(rows(), samples(), WINDOW, 0.8)
    assert use is not None
    # Samples at 2 s to 11 s lie in the window.
    assert use.memory_mb == Share(provisioned=260.0, used=pytest.approx(215.0))


def test_quotas_of_instances_take_the_place_of_the_budget() -> None:
    use = use_in(rows(), samples(cpus=0.6), WINDOW, 0.8)
    assert use is not None
    assert use.cpus.provisioned == pytest.approx(0.6)


def test_a_journey_belongs_to_where_it_began_and_is_good_as_a_whole() -> None:
    # Journeys 2 to 11 begin in the window; the second step of the last falls behind its end.
    use = use_in(rows(bad=((0, 0), (4, 1), (11, 1))), samples(), WINDOW, 0.8)
    assert use is not None
    assert (use.journeys, use.good_journeys) == (10, 8)


def test_a_store_that_was_not_sampled_has_no_use() -> None:
    assert use_in(rows(), samples(), (20.0, 30.0), 0.8) is None


def test_repeated_stretches_add_up_and_the_largest_peak_counts() -> None:
    one = use_in(rows(), samples(), WINDOW, 0.8)
    other = use_in(rows(), samples(), (2.0, 12.0), 0.8)
    assert one is not None
    assert other is not None
    both = taken_together([one, other])
    assert (both.seconds, both.journeys) == (20.0, 20)
    assert both.cpus == one.cpus
