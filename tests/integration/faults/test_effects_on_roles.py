"""The size of each fault's effect on both running stores."""

from typing import Any

import pytest
from hurting import RECOMMENDATIONS, Patient, eventually
from scipy.stats import binom

from experiment.faults.on_roles import (
    CpuBurn,
    Crash,
    Delay,
    Errors,
    Hang,
    MemoryLeak,
    PoolExhaustion,
    Role,
    WrongBody,
)
from loadtests.operations import OPERATIONS

POISON = 7


def _fastest_s(patient: Patient, calls: int) -> float:
    """The call that nothing else on the machine held up."""
    return min(patient.seconds(RECOMMENDATIONS) for _ in range(calls))


def test_a_delay_of_200_ms_adds_200_ms(patient: Patient) -> None:
    before_s = _fastest_s(patient, 20)
    with patient.under(Delay(role="recommendations", delay_ms=200)):
        during_s = _fastest_s(patient, 4)
    assert during_s - before_s == pytest.approx(0.200, abs=0.020)


def test_thirty_per_cent_of_errors_are_thirty_per_cent(patient: Patient) -> None:
    calls = 200
    with patient.under(Errors(role="recommendations", probability=0.3)):
        statuses = [patient.status(RECOMMENDATIONS) for _ in range(calls)]
    fewest, most = binom.interval(0.999, calls, 0.3)
    assert fewest <= statuses.count(500) <= most
    assert set(statuses) == {200, 500}


def test_a_hang_holds_a_call_until_it_is_lifted(patient: Patient) -> None:
    with patient.under(Hang(role="recommendations")):
        call = patient.call_in_background(RECOMMENDATIONS)
        assert not call.is_answered_within(0.5)
    assert call.is_answered_within(2.0)
    assert call.status() == 200


def test_a_poison_request_costs_a_process_and_no_other_request_does(patient: Patient) -> None:
    poisonous = f"/api/recommendations?product_id={POISON}"
    with patient.under(Crash(role="recommendations", product_id=POISON)) as (crash,):
        assert patient.status(RECOMMENDATIONS) == 200
        assert not crash.bite().felt
        assert patient.status(poisonous) == 503
        assert eventually(lambda: patient.status(RECOMMENDATIONS) == 200)
    assert patient.status(poisonous) == 200


def test_a_burn_of_20_ms_costs_20_ms_of_the_process_s_cpu_time(patient: Patient) -> None:
    calls = 20

    def cpu_s() -> float:
        before = patient.usage_of("recommendations").cpu_s
        for _ in range(calls):
            patient.get(RECOMMENDATIONS)
        return patient.usage_of("recommendations").cpu_s - before

    plain_s = cpu_s()
    with patient.under(CpuBurn(role="recommendations", cpu_ms=20)):
        burning_s = cpu_s()
    assert (burning_s - plain_s) / calls == pytest.approx(0.020, abs=0.003)


def test_a_leak_of_10_mb_a_call_is_kept_up_to_its_bound_and_freed_at_the_end(
    patient: Patient,
) -> None:
    before_mb = patient.usage_of("recommendations").memory_mb

    def leaked_mb() -> float:
        return patient.usage_of("recommendations").memory_mb - before_mb

    with patient.under(MemoryLeak(role="recommendations", mb_per_call=10, most_mb=45)):
        patient.get(RECOMMENDATIONS)
        patient.get(RECOMMENDATIONS)
        assert leaked_mb() == pytest.approx(20, abs=4)
        for _ in range(6):
            patient.get(RECOMMENDATIONS)
        assert leaked_mb() == pytest.approx(40, abs=4)
    assert eventually(lambda: leaked_mb() < 4)


def test_an_exhausted_pool_holds_up_all_who_share_it(patient: Patient) -> None:
    product, search, calls = "/api/products/1", "/api/search?q=garden", []

    def is_held_up(path: str) -> bool:
        calls.append(patient.call_in_background(path))
        return not calls[-1].is_answered_within(0.4)

    with patient.under(PoolExhaustion(role="catalog", connections=16)):
        patient.get(product)
        assert eventually(lambda: is_held_up(product))
        if patient.architecture == "monolith":
            assert eventually(lambda: is_held_up(search))
        else:
            assert patient.status(search) == 200
    assert calls[-1].status() == 200


def test_a_wrong_body_is_a_success_that_tells_nothing(patient: Patient) -> None:
    right = patient.get("/api/products/1").json()
    with patient.under(WrongBody(role="catalog")):
        answer = patient.get("/api/products/1")
    assert answer.status_code == 200
    assert answer.json() == {name: type(value)() for name, value in right.items()}


@pytest.mark.parametrize(
    ("role", "operation", "choices"),
    [
        ("catalog", "list-products", {"category": None, "page": 1}),
        ("catalog", "get-product", {"product_id": 1}),
        ("search", "search", {"q": "garden"}),
        ("recommendations", "recommend", {"product_id": 1}),
    ],
)
def test_a_client_knows_a_wrong_body_from_a_right_one(
    role: Role, operation: str, choices: dict[str, Any], patient: Patient
) -> None:
    call = OPERATIONS[operation]
    path = call.request(choices, token="").target

    def outcome() -> str:
        answer = patient.get(path)
        return call.judge(choices, answer.status_code, answer.content).outcome

    assert outcome() == "ok"
    with patient.under(WrongBody(role=role)):
        assert outcome() == "wrong"


def test_a_blank_catalogue_costs_both_stores_their_product_pages(patient: Patient) -> None:
    with patient.under(WrongBody(role="catalog")):
        assert patient.status("/api/product-pages/1") == 404
