from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiment.errors import InputError
from testbed.planning import balanced_orders, make_plan, order_of_arms, stopping_within
from testbed.scenarios import find
from tests.one_outage import one_outage


def test_each_arm_leads_in_half_of_the_blocks_in_an_order_drawn_from_the_seed() -> None:
    scenario = one_outage()
    order = order_of_arms(scenario, blocks=10, seed=1)
    assert sum(arms[0] == "monolith" for arms in order) == 5
    assert order == order_of_arms(scenario, blocks=10, seed=1)
    others = {order_of_arms(scenario, blocks=10, seed=seed) for seed in range(20)}
    assert len(others) > 10


def test_every_block_runs_every_arm_once() -> None:
    for arms in order_of_arms(find("spike-hot-feature"), blocks=7, seed=3):
        assert sorted(arms) == ["microservices", "monolith"]


def test_of_an_odd_number_of_blocks_chance_says_who_leads_once_more() -> None:
    scenario = one_outage()
    leads = [
        sum(arms[0] == "monolith" for arms in order_of_arms(scenario, blocks=5, seed=seed))
        for seed in range(200)
    ]
    assert set(leads) == {2, 3}
    assert 70 <= leads.count(3) <= 130


@given(st.integers(2, 12))
def test_orders_of_arms_give_each_place_and_each_predecessor_equally_often(n: int) -> None:
    rows = balanced_orders(n)
    places = Counter(place for row in rows for place in enumerate(row))
    follows = Counter(pair for row in rows for pair in pairwise(row))
    assert (len(places), len(set(places.values()))) == (n * n, 1)
    assert (len(follows), len(set(follows.values()))) == (n * (n - 1), 1)


def test_of_blocks_that_suit_the_arms_each_leads_in_as_many() -> None:
    scenario = one_outage()
    arms = tuple(scenario.arms[0].model_copy(update={"name": name}) for name in "abcd")
    order = order_of_arms(scenario.model_copy(update={"arms": arms}), blocks=8, seed=1)
    assert Counter(arms[0] for arms in order) == dict.fromkeys("abcd", 2)


@pytest.mark.parametrize(("blocks", "looks"), [(8, (6, 8)), (9, (6, 8, 9)), (12, (6, 8, 10, 12))])
def test_a_run_may_stop_after_six_blocks_and_every_second_one_from_there(
    blocks: int, looks: tuple[int, ...]
) -> None:
    assert stopping_within(blocks).looks == looks


def test_stopping_early_takes_eight_planned_blocks() -> None:
    with pytest.raises(InputError, match="at least 8 planned blocks, and 7 are"):
        stopping_within(7)


def test_a_search_is_not_stopped_early() -> None:
    with pytest.raises(InputError, match="A search takes all planned blocks"):
        make_plan(find("capacity"), "full", 10, seed=None, factors={}, until_decided=True)
