"""What faults on instances do to both running stores, and that they leave them as they were.

In the monolith its own instance is hit, and every feature with it.
"""

import time

import pytest
import requests
from hurting import RECOMMENDATIONS, Patient, eventually

from experiment.faults.on_instances import Kill, Pause, Restart, SlowStart
from experiment.faults.on_roles import Delay, Outage

PRODUCTS = "/api/products"
PAGE = "/api/product-pages/1"


def _pids(patient: Patient) -> set[tuple[str, int]]:
    return {(instance.name, instance.pid) for instance in patient.store.instances()}


def test_a_paused_instance_answers_nothing_until_it_goes_on(patient: Patient) -> None:
    with patient.under(Pause(role="recommendations")):
        call = patient.call_in_background(RECOMMENDATIONS)
        if patient.architecture == "monolith":
            with pytest.raises(requests.Timeout):
                patient.get(PRODUCTS, timeout_s=0.5)
        else:
            assert patient.status(PRODUCTS) == 200
        assert not call.is_answered_within(0.7)
    assert call.is_answered_within(2.0)
    assert call.status() == 200
    assert patient.get(PAGE).json()["degraded"] == []
    assert not any(instance.paused for instance in patient.store.instances())


def test_a_killed_instance_is_replaced_in_its_time(patient: Patient) -> None:
    name = "monolith-1" if patient.architecture == "monolith" else "recommendations-1"
    before = _pids(patient)
    with patient.under(Kill(role="recommendations", restart_after_s=0.3)) as (kill,):
        assert patient.status(RECOMMENDATIONS) == 503
        assert kill.bite().says == f"of {name} 1 were gone, 0 were replaced"
        assert eventually(lambda: patient.status(RECOMMENDATIONS) == 200)
        assert kill.bite().says == f"of {name} 0 were gone, 1 were replaced"
    assert len(_pids(patient) - before) == 1
    assert patient.get(PAGE).json()["degraded"] == []


def test_a_role_in_an_outage_is_lost_each_time_and_the_others_come_back(patient: Patient) -> None:
    with patient.under(Outage(role="recommendations")):
        for _ in range(2):
            assert patient.status(RECOMMENDATIONS) == 503
            assert eventually(lambda: patient.status(PRODUCTS) == 200)
    assert eventually(lambda: patient.status(RECOMMENDATIONS) == 200)
    assert patient.get(PAGE).json()["degraded"] == []


def test_a_restarted_instance_finishes_what_it_has(patient: Patient) -> None:
    with patient.under(Delay(role="recommendations", delay_ms=600)):
        call = patient.call_in_background(RECOMMENDATIONS)
        assert eventually(lambda: patient.usage_of("recommendations").counters.in_flight == 1)
        with patient.under(Restart(role="recommendations")) as (restart,):
            assert call.status() == 200
            assert eventually(lambda: restart.bite().felt)
    assert patient.status(RECOMMENDATIONS) == 200


def test_the_successor_of_a_slow_starter_needs_longer(patient: Patient) -> None:
    began_at = time.monotonic()
    with patient.under(SlowStart(role="recommendations", start_s=1.2)):
        assert eventually(lambda: patient.status(RECOMMENDATIONS) == 200)
        assert time.monotonic() - began_at > 1.2
    settings = [each.plan.settings for each in patient.store._members.fleet.all()]
    assert {each.start_delay_s for each in settings} == {0.0}  # the next start is as ever
