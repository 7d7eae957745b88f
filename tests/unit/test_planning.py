from testbed.planning import order_of_arms
from testbed.scenarios import find


def test_each_arm_leads_in_half_of_the_blocks_in_an_order_drawn_from_the_seed() -> None:
    scenario = find("outage-one-service")
    order = order_of_arms(scenario, blocks=10, seed=1)
    assert sum(arms[0] == "monolith" for arms in order) == 5
    assert order == order_of_arms(scenario, blocks=10, seed=1)
    others = {order_of_arms(scenario, blocks=10, seed=seed) for seed in range(20)}
    assert len(others) > 10


def test_every_block_runs_every_arm_once() -> None:
    for arms in order_of_arms(find("spike-hot-feature"), blocks=7, seed=3):
        assert sorted(arms) == ["microservices", "monolith"]
