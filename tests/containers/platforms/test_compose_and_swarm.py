"""A store of containers lives, is hurt, heals and goes like one of processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import docker
import psycopg
import pytest
import requests
from docker.models.networks import Network

from experiment.store import Architecture, Budget, Sample
from testbed.deploying import plain_deployment
from testbed.network.impairment import Impairment
from testbed.platforms import open_platform
from testbed.platforms.containers.cleaning import prefix_of
from testbed.platforms.platform import Hop, Platform, RoleUsage, RunningStore

SMALL = Sample(products=200, customers=100, ratings=3_000)
PATIENCE_S = 60.0


def _eventually(is_true: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not is_true():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _left_of(run: str) -> list[str]:
    """Names of all that the engine still has of a run that has ended.

    Of one that starts it must not be asked: a network with nobody on it would be removed.
    """
    return _names_of(run, lambda network: not _is_miscounted(network))


def _names_of(run: str, counts: Callable[[Network], bool] = lambda _: True) -> list[str]:
    """Of its containers, of the networks that count, and of its volumes."""
    client = docker.from_env()
    try:
        networks = client.networks.list()
        things = [*client.containers.list(all=True), *networks, *client.volumes.list()]
        own = [each for each in things if each.name.startswith(prefix_of(run))]
        return [each.name for each in own if each not in networks or counts(each)]
    finally:
        client.close()


def _is_miscounted(network: Network) -> bool:
    """Whether the engine refuses to remove it though nobody is on it: an error of Docker 20.10."""
    network.reload()
    if network.attrs["Containers"]:
        return False
    try:
        network.remove()
    except docker.errors.APIError as error:
        return "active endpoints" in str(error.explanation)
    return False


@pytest.fixture(scope="module", params=["compose", "swarm"])
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    with open_platform(request.param) as opened:
        yield opened
        run = opened.belongings.file.stem
    assert _left_of(run) == []


@pytest.fixture(scope="module", params=["monolith", "microservices"])
def store(
    platform: Platform, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningStore]:
    architecture: Architecture = request.param
    wanted = plain_deployment(architecture, SMALL)
    running = platform.up(wanted, tmp_path_factory.mktemp(architecture))
    yield running
    running.down()


def _role(store: RunningStore) -> str:
    """The monolith, or the service that clients call first."""
    roles = {each.role for each in store.instances()}
    return "monolith" if "monolith" in roles else "storefront"


def _of(store: RunningStore, role: str) -> RoleUsage:
    return next(each for each in store.usage() if each.role == role)


def _status(store: RunningStore, path: str = "/") -> int:
    return requests.get(store.url + path, timeout=20).status_code


def test_the_store_serves(store: RunningStore) -> None:
    assert _status(store) == 200
    assert _status(store, "/api/products") == 200


def test_requests_and_cpu_time_are_counted(store: RunningStore) -> None:
    role = _role(store)
    before = _of(store, role)
    for _ in range(20):
        assert _status(store) == 200
    after = _of(store, role)
    assert after.counters.requests - before.counters.requests >= 20
    assert after.cpu_s > before.cpu_s
    assert after.memory_mb > 20
    assert _of(store, "database").instances >= 1


def test_a_killed_role_is_out_until_it_is_restored(store: RunningStore) -> None:
    role = _role(store)
    spent_s = _of(store, role).cpu_s
    store.kill_role(role)
    assert _of(store, role).instances == 0
    assert _status(store) == 503
    store.restore_role(role)
    assert _status(store) == 200
    assert _of(store, role).cpu_s > spent_s


def test_a_paused_instance_goes_on_as_the_same(store: RunningStore) -> None:
    before = next(each for each in store.instances() if each.role == _role(store))
    store.pause([before.name])
    paused = next(each for each in store.instances() if each.name == before.name)
    assert (paused.alive, paused.paused) == (True, True)
    store.resume([before.name])
    resumed = next(each for each in store.instances() if each.name == before.name)
    assert (resumed.paused, resumed.pid) == (False, before.pid)
    assert _status(store) == 200


def test_a_role_grows_and_shrinks_without_a_failure(store: RunningStore) -> None:
    role = _role(store)
    added = store.scale(role, 2).added
    assert len(added) == 1
    assert _of(store, role).ready == 2
    assert {_status(store) for _ in range(20)} == {200}
    assert store.scale(role, 1).removed == added
    assert _of(store, role).instances == 1
    assert {_status(store) for _ in range(20)} == {200}


def test_a_lost_database_comes_back_with_what_was_committed(store: RunningStore) -> None:
    role = "orders"
    owner = store.data_of(role).owner_url
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (42)")
    store.stop_database(role)
    assert _of(store, "database").instances == 0
    store.start_database(role)
    with psycopg.connect(store.data_of(role).owner_url, autocommit=True) as connection:
        assert connection.execute("SELECT number FROM kept").fetchall() == [(42,)]
        connection.execute("DROP TABLE kept")
    assert _eventually(lambda: _status(store, "/api/products") == 200)


def test_a_delayed_hop_is_felt_and_mended(platform: Platform, tmp_path: Path) -> None:
    store = platform.up(plain_deployment("microservices", SMALL), tmp_path)
    try:
        hop = Hop("storefront", "catalog")
        usual_s = min(_page_s(store) for _ in range(5))
        impaired = store.impair([hop], Impairment("latency", delay_ms=100))
        assert _page_s(store) - usual_s > 0.15
        assert impaired.tally().waited_s > 0.15
        impaired.mend()
        assert min(_page_s(store) for _ in range(5)) - usual_s < 0.1
        links = {(each.caller, each.callee) for each in store.connections()}
        assert {("edge", "storefront"), ("storefront", "catalog")} <= links
        assert {each.role for each in store.footprint()} >= {"edge", "database", "catalog"}
    finally:
        store.down()


def _page_s(store: RunningStore) -> float:
    began = time.perf_counter()
    assert _status(store) == 200
    return time.perf_counter() - began


def test_a_pooled_budget_holds_for_all_containers_together(tmp_path: Path) -> None:
    with open_platform("compose") as platform:
        wanted = plain_deployment("monolith", SMALL)
        limited = platform.up(replace(wanted, budget=Budget(cpus=0.3, memory_mb=1_500)), tmp_path)
        if limited.limits["cpu"].startswith("not limited"):
            pytest.skip(limited.limits["cpu"])
        began, spent_s = time.monotonic(), _store_cpu_s(limited)
        until = began + 3
        while time.monotonic() < until:
            _status(limited)
        used = (_store_cpu_s(limited) - spent_s) / (time.monotonic() - began)
        limited.down()
    assert used < 0.33


def _store_cpu_s(store: RunningStore) -> float:
    return sum(each.cpu_s for each in store.usage() if each.role != "payment-provider")


KILLED_OWNER = """
import sys
from pathlib import Path
from experiment.store import Sample
from testbed.deploying import plain_deployment
from testbed.platforms import open_platform
with open_platform(sys.argv[1]) as platform:
    print(platform.belongings.file.stem, flush=True)
    platform.up(plain_deployment("monolith", Sample(products=50, customers=20, ratings=100)),
                Path(sys.argv[2]))
    print("up", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("platform_name", ["compose", "swarm"])
@pytest.mark.parametrize("moment", ["while it starts", "while it serves"])
def test_nothing_outlives_an_owner_that_was_killed(
    tmp_path: Path, platform_name: str, moment: str
) -> None:
    state = tmp_path / "state"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_OWNER, platform_name, str(tmp_path / "logs")],
        env={**os.environ, "TWINSTACK_STATE": str(state)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        run = owner.stdout.readline().strip()
        if moment == "while it serves":
            assert owner.stdout.readline() == "up\n"
        else:
            assert _eventually(lambda: len(_names_of(run)) > 3)
        owner.send_signal(signal.SIGKILL)
    assert _eventually(lambda: list(state.iterdir()) == [])
    assert _left_of(run) == []
