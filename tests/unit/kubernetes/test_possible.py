"""What a cluster cannot run is refused before anything starts, in one sentence."""

import pytest

from experiment.errors import InputError
from testbed.platforms import require_possible
from testbed.scenarios import find, names

IMPOSSIBLE = {
    "capacity": "one CPU budget for all",
    "consistency": "the fault black-hole",
    "demand": "one CPU budget for all",
    "footprint": "connections between pods",
    "right-sizing-browse": "one CPU budget for all",
    "right-sizing-checkout": "one CPU budget for all",
    "right-sizing-search": "one CPU budget for all",
    "scaling": "one CPU budget for all",
    "slow-clients": "protects monolith from slow clients",
    "spike-budgets": "pods cannot share a slice",
    "without-guards": "the fault black-hole",
}


@pytest.mark.parametrize("name", names())
def test_each_scenario_runs_or_is_refused_with_a_reason(name: str) -> None:
    scenario = find(name)
    if name not in IMPOSSIBLE:
        require_possible("kubernetes", scenario)
        return
    with pytest.raises(InputError, match=IMPOSSIBLE[name]) as refused:
        require_possible("kubernetes", scenario)
    assert str(refused.value).count(". ") == 0


def test_platform_local_refuses_none_of_them() -> None:
    for name in names():
        require_possible("local", find(name))
