"""What another user of this machine can do to a running store, whose ports all can reach."""

import os
import pwd
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from requests import Response

from experiment.store import Architecture
from store.payment_provider.client import PAYMENT_PROVIDER
from store.runtime.callers import TOKEN_HEADER, bearing
from testbed.platforms.store import edge_admin
from testbed.platforms.store.store import Store

ORDER = "00000000-0000-4000-8000-000000000001"
INTERNAL: dict[tuple[str, str, str], Any] = {
    ("carts", "GET", "/internal/carts/1"): None,
    ("carts", "DELETE", "/internal/carts/1?version=1"): None,
    ("catalog", "GET", "/internal/products?ids=1"): None,
    ("inventory", "GET", "/internal/stock/1"): None,
    ("inventory", "PUT", f"/internal/reservations/{ORDER}/1"): {"lines": []},
    ("inventory", "PUT", f"/internal/reservations/{ORDER}/1/sale"): {},
    ("inventory", "DELETE", f"/internal/reservations/{ORDER}/1"): None,
    ("notifications", "POST", "/internal/events"): {"events": []},
    ("payments", "PUT", f"/internal/payments/{ORDER}/1"): {"amount_cents": 1, "card": "card_x"},
    ("payments", "DELETE", f"/internal/payments/{ORDER}/1"): None,
}
"""Role, method and path, with the body that goes with it."""
WRONG_HEADERS: tuple[dict[str, str], ...] = (
    {},
    {TOKEN_HEADER: "0" * 32},
    {"X-Forwarded-For": "127.0.0.1"},
)


def _ask(store: Store, role: str, method: str, path: str, **options: Any) -> Response:
    (instance,) = (each for each in store.instances() if each.role == role)
    with requests.Session() as http:
        http.trust_env = False
        return http.request(method, f"{instance.url}{path}", timeout=10, **options)


def _is_refused(answer: Response) -> bool:
    told = answer.headers["Content-Type"], answer.json()["type"]
    return answer.status_code == 403 and told == ("application/problem+json", "/problems/forbidden")


@pytest.fixture(params=["microservices"])
def services(
    request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]
) -> Store:
    return running_store(request.param)


@pytest.fixture(params=["monolith", "microservices"])
def store(request: pytest.FixtureRequest, running_store: Callable[[Architecture], Store]) -> Store:
    return running_store(request.param)


@pytest.mark.parametrize("headers", WRONG_HEADERS, ids=str)
def test_what_services_tell_each_other_is_told_to_nobody_else(
    services: Store, headers: dict[str, str]
) -> None:
    for (role, method, path), body in INTERNAL.items():
        assert _is_refused(_ask(services, role, method, path, json=body, headers=headers)), path


def test_no_header_makes_an_internal_path_of_another(services: Store) -> None:
    path, headers = "/api/cart/internal/carts/1", {"SCRIPT_NAME": "/api/cart"}
    assert _ask(services, "carts", "GET", path, headers=headers).status_code in (403, 404)


def test_a_token_of_another_purpose_opens_no_internal_path(services: Store) -> None:
    for name in ("secret", "provider_token"):
        headers = bearing(services.secrets[name])
        assert _is_refused(_ask(services, "carts", "GET", "/internal/carts/1", headers=headers))


def test_who_holds_the_token_is_answered(services: Store) -> None:
    headers = bearing(services.secrets["service_token"])
    answer = _ask(services, "inventory", "GET", "/internal/stock/1", headers=headers)
    assert answer.json()["product_id"] == 1


@pytest.mark.parametrize("headers", WRONG_HEADERS, ids=str)
def test_the_payment_provider_serves_its_store_alone(store: Store, headers: dict[str, str]) -> None:
    named = {**headers, "Idempotency-Key": "key-of-a-stranger"}
    asked = {
        ("GET", "/charges"): None,
        ("POST", "/charges"): {"amount_cents": 1, "card": "card_x"},
        ("POST", "/refunds"): {"charge_id": "ch_0"},
    }
    for (method, path), body in asked.items():
        answer = _ask(store, PAYMENT_PROVIDER, method, path, json=body, headers=named)
        assert _is_refused(answer), path


LISTENS = "0A"


@contextmanager
def _another_user() -> Iterator[None]:
    """Within, this process has the rights of ``nobody``."""
    nobody, groups = pwd.getpwnam("nobody"), os.getgroups()
    os.setgroups([])
    os.setegid(nobody.pw_gid)
    os.seteuid(nobody.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def _ports_of(pid: int) -> set[int]:
    """Where a process listens over TCP."""
    names = (str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir())
    inodes = {name.removeprefix("socket:[").rstrip("]") for name in names}
    rows = (line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:])
    return {int(row[1].split(":")[1], 16) for row in rows if row[3] == LISTENS and row[9] in inodes}


def test_the_edge_listens_for_its_clients_and_for_nobody_else(store: Store) -> None:
    assert store._edge_process is not None
    assert _ports_of(store._edge_process.pid) == set(store._edge.ports)


def test_the_edge_is_administered_by_its_own_user_alone(store: Store) -> None:
    path = store._edge._admin_socket
    assert edge_admin.ask(path, "/listeners?format=json")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(os.fsencode(path)) <= 107


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_user_cannot_ask_the_edge_to_quit(store: Store) -> None:
    path = store._edge._admin_socket
    with socket.socket(socket.AF_UNIX) as stranger, _another_user():
        acts = (
            lambda: stranger.connect(str(path)),
            lambda: list(path.parent.iterdir()),
            path.unlink,
        )
        for act in acts:
            with pytest.raises(PermissionError):
                act()


def test_no_file_of_a_store_holds_a_secret(store: Store) -> None:
    folder = store._blueprint.folder
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
    assert contents
    assert not [s for s in store.secrets.values() if any(s.encode() in each for each in contents)]


def test_no_secret_is_on_a_command_line(store: Store) -> None:
    lines = [Path(f"/proc/{each.pid}/cmdline").read_bytes() for each in store.instances()]
    assert not [s for s in store.secrets.values() if any(s.encode() in each for each in lines)]
