"""What slow clients do to both running stores, behind an edge that waits for them and without."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from hurting import Patient, eventually

from experiment.faults.of_clients import SlowClients
from experiment.store import Sample
from store.sample.dataset import SAMPLE_PASSWORD, sample_email
from testbed.deploying import plain_deployment
from testbed.faults.fault_point import FaultBoard
from testbed.platforms.local.platform import LocalPlatform

THREADS = 16
PRODUCTS = "/api/products"
SESSIONS = "/api/sessions"
SOMEBODY = {"email": sample_email(1), "password": SAMPLE_PASSWORD}


def test_an_edge_that_waits_for_slow_clients_leaves_all_threads_to_others(patient: Patient) -> None:
    with patient.under(SlowClients(sockets=4 * THREADS)):
        assert _answer_to_sign_in(patient) == 201
        assert patient.get(PRODUCTS, timeout_s=1).status_code == 200


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def unprotected(
    request: pytest.FixtureRequest,
    local_platform: LocalPlatform,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Patient]:
    small = Sample(products=20, customers=10, ratings=20)
    wanted = replace(plain_deployment(request.param, small), slow_client_protection="none")
    store = local_platform.up(wanted, tmp_path_factory.mktemp("unprotected"))
    with requests.Session() as http:
        http.trust_env = False
        yield Patient(request.param, store, http, FaultBoard(store))
    store.down()


@pytest.mark.long
def test_without_it_each_takes_a_thread_of_the_process_that_serves_its_path(
    unprotected: Patient,
) -> None:
    with unprotected.under(SlowClients(sockets=THREADS - 1)):
        assert _answer_to_sign_in(unprotected) == 201
    with unprotected.under(SlowClients(sockets=THREADS)):
        # A request over a kept connection may pass the last of the new ones.
        assert eventually(lambda: _answer_to_sign_in(unprotected) is None, within_s=2)
        is_up = _status(unprotected, PRODUCTS) == 200
        assert is_up == (unprotected.architecture == "microservices")
    assert eventually(lambda: _answer_to_sign_in(unprotected) == 201, within_s=2)
    assert eventually(lambda: _status(unprotected, PRODUCTS) == 200, within_s=2)


@pytest.mark.long
def test_without_it_too_a_body_of_too_many_chunks_is_refused_and_harms_nobody(
    unprotected: Patient,
) -> None:
    def send() -> int:
        chunks = iter([b"x" * 4096] * 25)
        url = unprotected.store.url + SESSIONS
        return requests.post(url, data=chunks, timeout=5).status_code

    with ThreadPoolExecutor(2) as senders:
        large = [senders.submit(send) for _ in range(100)]
        others = {_answer_to_sign_in(unprotected) for _ in range(20)}
    assert {each.result() for each in large} == {413}
    assert others == {201}


def _answer_to_sign_in(patient: Patient) -> int | None:
    """Status; None without an answer within a second."""
    try:
        url = patient.store.url + SESSIONS
        return patient.http.post(url, json=SOMEBODY, timeout=1).status_code
    except requests.ReadTimeout:
        return None


def _status(patient: Patient, path: str) -> int | None:
    try:
        return patient.get(path, timeout_s=1).status_code
    except requests.ReadTimeout:
        return None
