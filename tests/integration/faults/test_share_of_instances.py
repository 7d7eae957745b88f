"""A fault on half of a role's instances: that half, and the store goes on with the other."""

import dataclasses
from collections.abc import Iterator

import pytest
import requests
from hurting import Patient, eventually

from experiment.faults.on_instances import Kill, Pause, Restart
from experiment.store import Sample
from testbed.deploying import plain_deployment
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.platform import Instance

SAMPLE = Sample(products=20, customers=10, ratings=20)
PRODUCTS = "/api/products"


@pytest.fixture(scope="module")
def patient(
    local_platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Patient]:
    wanted = plain_deployment("monolith", SAMPLE)
    two = dataclasses.replace(wanted, instances={"monolith": 2})
    store = local_platform.up(two, tmp_path_factory.mktemp("two"))
    with requests.Session() as http:
        http.trust_env = False
        yield Patient("monolith", store, http, FaultBoard(store))
    store.down()


def _instances(patient: Patient) -> list[Instance]:
    return [each for each in patient.store.instances() if each.role == "monolith"]


def _pids(patient: Patient) -> dict[str, int]:
    return {each.name: each.pid for each in _instances(patient)}


def _served_by(patient: Patient, calls: int = 20) -> set[str]:
    """Instances that answer; the edge, which answers for those that are gone, is named as well."""
    answers = [patient.get(PRODUCTS) for _ in range(calls)]
    return {answer.headers.get("X-Instance", "edge") for answer in answers}


def test_one_of_two_is_killed_and_the_other_serves_until_it_is_replaced(patient: Patient) -> None:
    before = _pids(patient)
    with patient.under(Kill(role="orders", share=0.5)) as (kill,):
        assert kill.bite().says.endswith(" 1 were gone, 0 were replaced")
        (left,) = (each.name for each in _instances(patient) if each.alive)
        assert eventually(lambda: _served_by(patient) == {left})
    after = _pids(patient)
    assert before.keys() == after.keys()
    assert sum(before[name] != after[name] for name in before) == 1
    assert eventually(lambda: len(_served_by(patient)) == 2)


def test_one_of_two_stands_still_and_the_other_does_not(patient: Patient) -> None:
    with patient.under(Pause(role="orders", share=0.5)):
        assert sum(each.paused for each in _instances(patient)) == 1
        assert eventually(lambda: _answers_at_once(patient))
    assert eventually(lambda: len(_served_by(patient)) == 2)


def test_a_restart_in_order_of_one_of_two_loses_no_request(patient: Patient) -> None:
    before = _pids(patient)
    with patient.under(Restart(role="orders", share=0.5)) as (restart,):
        statuses = [patient.status(PRODUCTS)]
        while not restart.bite().felt:
            statuses.append(patient.status(PRODUCTS))
        assert set(statuses) == {200}
    assert sum(before[name] != pid for name, pid in _pids(patient).items()) == 1


def _answers_at_once(patient: Patient) -> bool:
    try:
        return patient.get(PRODUCTS, timeout_s=0.5).status_code == 200
    except requests.Timeout:
        return False
