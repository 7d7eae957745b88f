"""A running store on an emulated cluster, driven by kubectl."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from emulated_api import EmulatedApi, Failure
from emulated_cluster import GRACE_S, EmulatedCluster
from emulated_environment import emulated
from pod_listeners import healthy, listening

from experiment.errors import InputError, RunError
from experiment.store import Sample
from store.runtime.faults.crash import Crash
from testbed.deploying import plain_deployment
from testbed.ledger import read_ledger
from testbed.platforms.kubernetes.overlay import FAULTS_FILE, Images
from testbed.platforms.kubernetes.platform import KubernetesPlatform
from testbed.platforms.kubernetes.store import UNANSWERED_AT_MOST, ClusterStore

NAMESPACE = "twinstack-microservices"
SERVICES = plain_deployment("microservices", Sample(products=200, customers=100, ratings=3_000))
CHARGE = {"idempotency_key": "order-1", "amount_cents": 500, "refunded_cents": 0}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedApi]:
    """One for all tests here; what listens in its pods answers."""
    with ExitStack() as stack:
        served = stack.enter_context(emulated(tmp_path_factory.mktemp("emulated")))

        def members(_: str) -> object:
            return healthy({role: len(_kept(served, role)) for role in SERVICES.roles})

        served.cluster.inside["edge"] = members
        provider = stack.enter_context(listening(lambda _: {"charges": [CHARGE]}))
        served.listeners["payment"] = provider
        served.listeners |= {"edge": provider, "database": provider}  # nobody asks them here
        yield served


@pytest.fixture(scope="module")
def platform(api: EmulatedApi) -> Iterator[KubernetesPlatform]:
    images = Images("registry.test", "0.1.0")
    with KubernetesPlatform("emulated", "twinstack", images) as opened:
        yield opened


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="module")
def store(platform: KubernetesPlatform, logs: Path) -> ClusterStore:
    """One for all tests here: each leaves it as it was."""
    return platform.up(SERVICES, logs)


def _kept(api: EmulatedApi, role: str) -> list[dict[str, dict[str, str]]]:
    found = api.cluster.pods_of(role)
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def test_everything_carries_its_run_and_its_owner(api: EmulatedApi, store: ClusterStore) -> None:
    run = api.cluster.objects["namespaces", "", NAMESPACE]["metadata"]["labels"]["twinstack.run"]
    for (kind, namespace, name), each in api.cluster.objects.items():
        if namespace and kind != "secrets":  # they live and die with their namespace
            assert each["metadata"]["labels"]["twinstack.run"] == run, (kind, name)


def test_a_second_store_of_the_same_architecture_is_refused(
    platform: KubernetesPlatform, store: ClusterStore, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=f"namespace {NAMESPACE} is of the run"):
        platform.up(SERVICES, tmp_path / "second")


def test_no_password_is_written_to_a_file(
    api: EmulatedApi, store: ClusterStore, logs: Path
) -> None:
    secrets = api.cluster.find("secrets", NAMESPACE)
    drawn = [value for each in secrets for value in each["stringData"].values()]
    written = [file.read_text() for file in logs.rglob("*") if file.is_file()]
    assert len(drawn) == 21
    assert not [value for value in drawn if any(value in content for content in written)]


def test_a_role_that_is_killed_stays_lost_until_it_is_restored(
    api: EmulatedApi, store: ClusterStore
) -> None:
    store.check()
    store.kill_role("recommendations")
    with pytest.raises(RunError, match="pod of recommendations-1 has ended"):
        store.check()
    lost = _alive(store, "recommendations"), len(_kept(api, "recommendations"))
    store.restore_role("recommendations")
    assert (lost, _alive(store, "recommendations")) == ((0, 0), 1)


def _alive(store: ClusterStore, role: str) -> int:
    return sum(each.alive for each in store.instances() if each.role == role)


def test_an_instance_that_returns_has_its_name_and_is_another_one(store: ClusterStore) -> None:
    (before,) = (each for each in store.instances() if each.role == "search")
    store.kill([before.name])
    store.start_again([before.name])
    (after,) = (each for each in store.instances() if each.role == "search")
    assert after.name == before.name == "search-1"
    assert after.pid != before.pid


def test_scaling_adds_instances_and_takes_the_youngest_away(store: ClusterStore) -> None:
    added = store.scale("catalog", 3)
    readings = [each.name for each in store.readings("catalog")]
    removed = store.scale("catalog", 1)
    assert added.added == ("catalog-2", "catalog-3")
    assert readings == ["catalog-1", "catalog-2", "catalog-3"]
    assert removed.removed == ("catalog-3", "catalog-2")
    assert _alive(store, "catalog") == 1


def test_a_name_is_never_given_twice(store: ClusterStore) -> None:
    store.scale("accounts", 2)
    store.scale("accounts", 1)
    added = store.scale("accounts", 2).added
    store.scale("accounts", 1)
    assert added == ("accounts-3",)


def test_faults_are_told_to_every_pod_at_once_and_to_those_that_come_later(
    api: EmulatedApi, store: ClusterStore
) -> None:
    store.arm_faults([Crash(role="recommendations")])
    store.scale("inventory", 2)
    told = [
        api.cluster.agents[pod["metadata"]["name"]].files[FAULTS_FILE]
        for role in SERVICES.roles
        for pod in _kept(api, role)
    ]
    store.scale("inventory", 1)
    store.arm_faults([])
    assert len(told) == len(SERVICES.roles) + 1
    assert all(b"crash" in content for content in told)


def test_what_a_lost_instance_used_stays_counted(api: EmulatedApi, store: ClusterStore) -> None:
    (pod,) = _kept(api, "carts")
    agent = api.cluster.agents[pod["metadata"]["name"]]
    agent.cpu_us, agent.counters.requests = 7_000_000, 42
    store.kill_role("carts")
    store.restore_role("carts")
    (used,) = (each for each in store.usage() if each.role == "carts")
    assert used.cpu_s == pytest.approx(8.0, abs=0.1)  # seven, and the second of a start
    assert (used.counters.requests, used.instances) == (42, 1)


def test_a_container_that_ended_by_itself_is_looked_into_again(
    api: EmulatedApi, store: ClusterStore
) -> None:
    (pod,) = _kept(api, "carts")
    name = pod["metadata"]["name"]
    before = next(each.cpu_s for each in store.usage() if each.role == "carts")
    store._fleet.group("carts").places[0].inside.end()
    after = next(each.cpu_s for each in store.usage() if each.role == "carts")
    assert api.cluster.agents[name].cpu_us > 0
    assert after > before


def test_a_container_that_ended_by_itself_is_noticed_where_its_pod_stays(
    api: EmulatedApi, store: ClusterStore
) -> None:
    store.kill_role("carts")
    store.restore_role("carts")
    store.check()
    store._fleet.group("carts").places[0].inside.end()
    with pytest.raises(RunError, match="container of carts-1 has ended and was started again"):
        store.check()
    store.kill_role("carts")
    store.restore_role("carts")
    store.check()


def test_a_cluster_that_does_not_answer_a_look_or_two_takes_no_store_down(
    api: EmulatedApi, store: ClusterStore
) -> None:
    api.failures.append(Failure("GET", ".*/pods", 500, "InternalError", "a hiccup"))
    for _ in range(UNANSWERED_AT_MOST - 1):
        store.check()
    api.failures.clear()
    store.check()
    api.failures.append(Failure("GET", ".*/pods", 500, "InternalError", "for good"))
    for _ in range(UNANSWERED_AT_MOST - 1):
        store.check()
    with pytest.raises(RunError, match="for good"):
        store.check()
    api.failures.clear()


def test_no_way_leads_from_this_machine_to_the_administration_of_the_edge(
    store: ClusterStore, logs: Path
) -> None:
    ways = {file.name for file in logs.rglob("way-to-*")}
    assert ways == {
        "way-to-deployment-edge-8080.log",
        "way-to-deployment-payment-provider-8000.log",
        "way-to-pod-database-accounts-0-5432.log",
    }


def test_usage_has_every_role_the_edge_and_the_database(store: ClusterStore) -> None:
    used = {each.role: each.instances for each in store.usage()}
    assert used == dict.fromkeys([*SERVICES.roles, "payment-provider", "edge", "database"], 1)


def test_a_database_server_is_lost_and_returns(api: EmulatedApi, store: ClusterStore) -> None:
    store.stop_database("catalog")
    lost = api.cluster.find("pods", NAMESPACE, "twinstack.part=database")
    store.start_database("catalog")
    found = api.cluster.find("pods", NAMESPACE, "twinstack.part=database")
    assert (len(lost), len(found)) == (0, 1)


def test_the_emulated_end_of_a_pod_spares_its_successor() -> None:
    cluster = EmulatedCluster()
    servers = {
        "kind": "StatefulSet",
        "metadata": {"name": "database"},
        "spec": {"replicas": 1, "template": {"metadata": {"labels": {}}, "spec": {}}},
    }
    cluster.create("statefulsets", NAMESPACE, servers)
    cluster.scale("statefulsets", NAMESPACE, "database", 0)
    cluster.delete("pods", NAMESPACE, "database-0")
    cluster.scale("statefulsets", NAMESPACE, "database", 1)
    (successor,) = cluster.find("pods", NAMESPACE)
    time.sleep(2 * GRACE_S)
    assert cluster.find("pods", NAMESPACE) == [successor]


def test_the_provider_is_asked_for_its_charges_through_the_cluster(store: ClusterStore) -> None:
    reached = store._reached
    (charge,) = read_ledger(f"http://127.0.0.1:{reached.provider.port}", reached.provider_token)
    assert (charge.order_id, charge.captured_cents) == ("order-1", 500)
