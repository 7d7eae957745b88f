"""On which networks the parts of a run are, and where their addresses come from."""

from ipaddress import IPv4Network
from itertools import combinations
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from docker.errors import APIError

from experiment.errors import RunError
from experiment.faults.on_network import callees_of
from experiment.store import Architecture
from store.payment_provider.client import PAYMENT_PROVIDER
from testbed.deploying import plain_deployment
from testbed.platforms.containers.wiring import Wiring
from testbed.platforms.containers.yard import BENCHMARKING, Yard
from tests.conftest import SMALL_SAMPLE


def _network(name: str) -> Any:
    return SimpleNamespace(name=name, remove=lambda: None)


def _shared(one: list[Any], other: list[Any]) -> set[str]:
    return {each.name for each in one} & {each.name for each in other}


@pytest.mark.parametrize("architecture", get_args(Architecture))
def test_parts_of_a_run_share_a_network_exactly_when_one_calls_the_other(
    architecture: Architecture,
) -> None:
    deployment = plain_deployment(architecture, SMALL_SAMPLE)
    roles = deployment.roles
    with Wiring(_network, deployment, {}) as wiring:
        joined = {role: wiring.joined_by(role) for role in (*roles, PAYMENT_PROVIDER)}
        joined["edge"] = wiring.joined_by_edge()
    calls = {role: set(callees_of(architecture, role)) for role in roles}
    calls |= {"edge": set(roles), PAYMENT_PROVIDER: set()}
    for one, other in combinations(joined, 2):
        is_call = other in calls[one] or one in calls[other]
        assert bool(_shared(joined[one], joined[other])) == is_call, (one, other)


def test_a_part_is_called_on_a_network_of_its_own() -> None:
    deployment = plain_deployment("microservices", SMALL_SAMPLE)
    with Wiring(_network, deployment, {}) as wiring:
        own = {role: wiring.to(role).name for role in (*deployment.roles, PAYMENT_PROVIDER)}
        assert all(wiring.joined_by(role)[0].name == name for role, name in own.items())
    assert len(set(own.values())) == len(own) == 11


def test_where_parts_are_not_held_apart_each_is_on_the_one_network_once() -> None:
    deployment = plain_deployment("microservices", SMALL_SAMPLE)
    with Wiring(_network, deployment, {}, apart=False) as wiring:
        for joined in (*map(wiring.joined_by, deployment.roles), wiring.joined_by_edge()):
            assert [each.name for each in joined] == ["services"]


class _Engine:
    """Refuses the first networks that it is asked for."""

    def __init__(self, *refusals: str) -> None:
        self.networks = self
        self._refusals = list(refusals)
        self.subnets: list[IPv4Network] = []

    def create(self, name: str, *, ipam: Any, **_: Any) -> Any:
        self.subnets += [IPv4Network(each["Subnet"]) for each in ipam["Config"]]
        if self._refusals:
            raise APIError("refused", explanation=self._refusals.pop(0))
        return _network(name)


def _yard(engine: _Engine) -> Yard:
    return Yard(engine, {}, "twinstack-7-ab-1")  # type: ignore[arg-type]


TAKEN = "Pool overlaps with other one on this address space"


def test_addresses_that_another_network_has_are_drawn_again() -> None:
    engine = _Engine(TAKEN, TAKEN)
    _yard(engine).bridge("to-carts")
    assert len(engine.subnets) == 3
    assert all(each.subnet_of(BENCHMARKING) for each in engine.subnets)
    assert all(each.num_addresses > 100 for each in engine.subnets)


@pytest.mark.parametrize(("refusal", "asked"), [(TAKEN, 20), ("no room", 1)])
def test_an_engine_that_makes_no_network_is_quoted(refusal: str, asked: int) -> None:
    engine = _Engine(*[refusal] * 30)
    with pytest.raises(RunError, match=f"The engine makes no network: {refusal}"):
        _yard(engine).bridge("to-carts")
    assert len(engine.subnets) == asked
