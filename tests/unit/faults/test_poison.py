"""Whether the load asks for the product that is poison."""

import pytest

from experiment.errors import InputError
from experiment.faults.on_roles import Crash
from experiment.scenario import Scenario
from loadtests.choices import demand_in
from testbed.poison import require_poison_in_load
from tests.one_outage import one_outage

BEST_SELLER, SLOW_SELLER = 1983, 1


def _scenario(product_id: int, role: str = "recommendations", **times: float) -> Scenario:
    given = one_outage()
    fault = Crash(role=role, product_id=product_id, **times)  # type: ignore[arg-type]
    phases = [
        phase.model_copy(update={"faults": (fault,)}) if phase.faults else phase
        for phase in given.phases
    ]
    return given.model_copy(update={"phases": tuple(phases)})


def test_the_best_seller_is_asked_for_by_an_eighth_of_the_visitors() -> None:
    demand = demand_in(_scenario(BEST_SELLER).sample).popularity
    assert demand.argmax() + 1 == BEST_SELLER
    assert demand.max() / demand.sum() == pytest.approx(0.122, abs=0.001)


@pytest.mark.parametrize("role", ["recommendations", "inventory"])
def test_a_scenario_that_poisons_the_best_seller_may_start(role: str) -> None:
    require_poison_in_load(_scenario(BEST_SELLER, role), "smoke")


def test_a_scenario_whose_poison_nobody_asks_for_is_refused() -> None:
    with pytest.raises(InputError, match="product 1 is poison from 5 s to 9 s, but only 0 req"):
        require_poison_in_load(_scenario(SLOW_SELLER), "smoke")


def test_a_poison_that_holds_for_a_moment_only_is_refused() -> None:
    with pytest.raises(InputError, match=r"from 5 s to 5.1 s"):
        require_poison_in_load(_scenario(BEST_SELLER, for_s=0.1), "smoke")
