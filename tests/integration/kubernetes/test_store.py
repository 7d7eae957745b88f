"""A whole store on an emulated cluster, driven by kubectl."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from emulated_api import EmulatedApi, Failure
from pod_listeners import healthy, listening

from experiment.errors import RunError
from experiment.store import Sample
from store.runtime.faults.crash import Crash
from testbed.deploying import plain_deployment
from testbed.platforms.kubernetes.overlay import FAULTS_FILE, Images
from testbed.platforms.kubernetes.platform import KubernetesPlatform
from testbed.platforms.kubernetes.store import ClusterStore
from testbed.platforms.platform import Deployment

NAMESPACE = "twinstack-microservices"
SMALL = Sample(products=200, customers=100, ratings=3_000)
SERVICES = plain_deployment("microservices", SMALL)


@pytest.fixture
def pods(api: EmulatedApi) -> Iterator[None]:
    """What is asked over ways into the cluster has answers."""

    def members(_: str) -> object:
        ready = {role: len(_kept(api, role)) for role in SERVICES.roles}
        return healthy(ready)

    with ExitStack() as stack:
        api.listeners["edge"] = stack.enter_context(listening(members))
        charges = [{"idempotency_key": "order-1", "amount_cents": 500, "refunded_cents": 0}]
        provider = stack.enter_context(listening(lambda _: {"charges": charges}))
        api.listeners["payment"] = provider
        api.listeners["database"] = provider  # nobody asks it here
        yield


def _kept(api: EmulatedApi, role: str) -> list[dict[str, object]]:
    found = api.cluster.pods_of(role)
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


@pytest.fixture
def platform(pods: None) -> Iterator[KubernetesPlatform]:
    with KubernetesPlatform("emulated", "twinstack", Images("registry.test", "0.1.0")) as opened:
        yield opened


@pytest.fixture
def store(platform: KubernetesPlatform, tmp_path: Path) -> ClusterStore:
    return platform.up(SERVICES, tmp_path / "logs")


def test_everything_carries_its_run_and_its_owner(api: EmulatedApi, store: ClusterStore) -> None:
    run = api.cluster.objects["namespaces", "", NAMESPACE]["metadata"]["labels"]["twinstack.run"]
    for (kind, namespace, name), each in api.cluster.objects.items():
        if namespace and kind != "secrets":  # they live and die with their namespace
            assert each["metadata"]["labels"]["twinstack.run"] == run, (kind, name)


def test_nothing_is_left_when_a_store_is_down(api: EmulatedApi, store: ClusterStore) -> None:
    store.down()
    assert not api.cluster.objects


def test_nothing_is_left_when_the_platform_ends(
    api: EmulatedApi, pods: None, tmp_path: Path
) -> None:
    with KubernetesPlatform("emulated", "twinstack", Images("registry.test", "1")) as platform:
        platform.up(SERVICES, tmp_path / "logs")
    assert not api.cluster.objects
    assert not list((tmp_path / "state").glob("*.jsonl"))


def test_only_the_context_that_was_named_is_asked(api: EmulatedApi, store: ClusterStore) -> None:
    assert api.requests  # the current context is another one, where nobody listens


def test_no_password_is_written_to_a_file(
    api: EmulatedApi, store: ClusterStore, tmp_path: Path
) -> None:
    secrets = api.cluster.find("secrets", NAMESPACE)
    drawn = [value for each in secrets for value in each["stringData"].values()]
    written = [file.read_text() for file in (tmp_path / "logs").rglob("*") if file.is_file()]
    assert len(drawn) == 19
    assert not [value for value in drawn if any(value in content for content in written)]


def test_a_role_that_is_killed_stays_lost_until_it_is_restored(
    api: EmulatedApi, store: ClusterStore
) -> None:
    store.kill_role("recommendations")
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
    added = store.scale("catalog", 3, 0.0)
    readings = [each.name for each in store.readings("catalog")]
    removed = store.scale("catalog", 1, 0.0)
    assert added.added == ("catalog-2", "catalog-3")
    assert readings == ["catalog-1", "catalog-2", "catalog-3"]
    assert removed.removed == ("catalog-3", "catalog-2")
    assert _alive(store, "catalog") == 1


def test_a_name_is_never_given_twice(store: ClusterStore) -> None:
    store.scale("catalog", 2, 0.0)
    store.scale("catalog", 1, 0.0)
    assert store.scale("catalog", 2, 0.0).added == ("catalog-3",)


def test_faults_are_told_to_every_pod_at_once_and_to_those_that_come_later(
    api: EmulatedApi, store: ClusterStore
) -> None:
    store.arm_faults([Crash(role="recommendations")])
    store.scale("catalog", 2, 0.0)
    for role in SERVICES.roles:
        for pod in _kept(api, role):
            armed = api.cluster.agents[pod["metadata"]["name"]].files[FAULTS_FILE]
            assert b"crash" in armed


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


def test_usage_has_every_role_the_edge_and_the_database(store: ClusterStore) -> None:
    used = {each.role: each.instances for each in store.usage()}
    assert used == dict.fromkeys([*SERVICES.roles, "payment-provider", "edge", "database"], 1)


def test_a_database_server_is_lost_and_returns(api: EmulatedApi, store: ClusterStore) -> None:
    store.stop_database("catalog")
    lost = api.cluster.find("pods", NAMESPACE, "twinstack.part=database")
    store.start_database("catalog")
    found = api.cluster.find("pods", NAMESPACE, "twinstack.part=database")
    assert (len(lost), len(found)) == (0, 1)


def test_what_processes_reported_is_there_when_the_store_is_down(
    api: EmulatedApi, store: ClusterStore
) -> None:
    (pod,) = _kept(api, "orders")
    line = b'{"at":1.5,"event":"worker-started","role":"orders","instance":"orders-1"}\n'
    api.cluster.agents[pod["metadata"]["name"]].files["state-changes.jsonl"] = line
    store.down()
    assert [each["event"] for each in store.state_changes()] == ["worker-started"]


def test_the_provider_is_asked_for_its_charges_through_the_cluster(store: ClusterStore) -> None:
    from testbed.ledger import read_ledger  # noqa: PLC0415 - of this test alone

    (charge,) = read_ledger(f"http://127.0.0.1:{store._reached.provider.port}")
    assert (charge.order_id, charge.amount_cents) == ("order-1", 500)


def test_a_pod_that_cannot_start_is_named_with_its_reason_and_nothing_is_left(
    api: EmulatedApi, platform: KubernetesPlatform, tmp_path: Path
) -> None:
    api.cluster.trouble["search"] = {"reason": "ImagePullBackOff", "message": "no such image"}
    with pytest.raises(RunError, match=r"of search are ready.* ImagePullBackOff no such"):
        platform.up(SERVICES, tmp_path / "logs")
    assert not api.cluster.objects


def test_a_pod_that_may_not_be_entered_ends_the_start_and_nothing_is_left(
    api: EmulatedApi, platform: KubernetesPlatform, tmp_path: Path
) -> None:
    message = 'User "somebody" cannot create resource "pods/exec"'
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/.*/exec"
    api.failures += [Failure(how, path, 403, "Forbidden", message) for how in ("GET", "POST")]
    with pytest.raises(RunError, match='cannot create resource "pods/exec"'):
        platform.up(SERVICES, tmp_path / "logs")
    assert not api.cluster.objects


def test_a_way_that_is_not_permitted_ends_the_start_and_nothing_is_left(
    api: EmulatedApi, platform: KubernetesPlatform, tmp_path: Path
) -> None:
    message = 'User "somebody" cannot create resource "pods/portforward"'
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/.*/portforward"
    api.failures += [Failure(how, path, 403, "Forbidden", message) for how in ("GET", "POST")]
    with pytest.raises(RunError, match="There is no way to"):
        platform.up(SERVICES, tmp_path / "logs")
    assert not api.cluster.objects


def test_the_monolith_is_brought_up_alike(
    api: EmulatedApi, platform: KubernetesPlatform, tmp_path: Path
) -> None:
    monolith = plain_deployment("monolith", SMALL)
    two = Deployment("two", "monolith", monolith.deployables, {"monolith": 2}, sample=SMALL)
    api.listeners.pop("edge")
    with listening(lambda _: healthy({"monolith": 2})) as port:
        api.listeners["edge"] = port
        up = platform.up(two, tmp_path / "logs")
        assert [i.name for i in up.instances() if i.role == "monolith"] == [
            "monolith-1",
            "monolith-2",
        ]
        up.down()
