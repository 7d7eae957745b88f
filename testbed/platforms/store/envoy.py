"""Envoy's configuration as plain data, the same for both architectures.

Field names are Envoy's own (v3 API); see its configuration reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store.runtime.resilience.deadline import START_HEADER
from testbed.platforms.running import Address
from testbed.platforms.store import edge_manners
from testbed.platforms.store.edge_replies import local_replies

HEALTH_CHECK_INTERVAL_S = 1.0
RECHECK_INTERVAL_S = 0.25
HEALTH_CHECK_TIMEOUT_S = 2.0
UNHEALTHY_AFTER = 3
ROUTE_TIMEOUT_S = 15.0
CONNECT_TIMEOUT_S = 1.0
UPSTREAM_IDLE_S = 60.0
"""Well below gunicorn's keep-alive, so that Envoy never sends on a connection being closed."""
PANIC_BELOW_PERCENT = 1
"""Health checks steer away from an instance while another one is healthy. Where none is, all are
tried: an overloaded last instance is slow to answer its check, and taking it out would turn
slowness into an outage; a dead one refuses the connection anyway."""
NO_LIMIT = 100_000
OVERFLOWS = r"^cluster\..*\.upstream_rq_(active|pending)_overflow$"
"""Counters of the requests that exceeded a role's limit."""
EDGE = "edge"
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - asked for by who knows what else can reach it
PORT_BY_NAME = 8000
"""Where instances listen that are found by name."""
RESOLVE_EVERY_S = 1.0

FACTORS = {
    "edge": "Envoy, one worker thread, HTTP/1.1 on both sides, no access log",
    "load balancing": "least request",
    "health checks": (
        f"/readyz every {HEALTH_CHECK_INTERVAL_S:g} s, timeout {HEALTH_CHECK_TIMEOUT_S:g} s, "
        f"unhealthy after {UNHEALTHY_AFTER}, healthy after 1; when none is healthy all are tried"
    ),
    "edge route timeout": f"{ROUTE_TIMEOUT_S:g} s",
    "edge retries": "one, and only where no connection could be made",
    "edge circuit breakers": "none (limits out of reach)",
    **edge_manners.FACTORS,
}

_TYPE = "type.googleapis.com/envoy"
_HTTP_MANAGER = "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

Config = dict[str, Any]


@dataclass(frozen=True)
class EdgePlan:
    """What the edge has to know before it starts."""

    routes: Mapping[str, str]
    """Role by public path prefix."""
    roles: Sequence[str]
    """All roles that have members."""
    members: Path | None = None
    """Folder of the membership files, ``<role>.json``; None: each role is a name that DNS knows."""
    port: int = 0
    """0: a free one."""
    address: str = LOOPBACK
    """Where it listens for clients and for calls between services."""
    admin_socket: Path | None = None
    """Unix socket of its administration, for its own user alone."""
    admin_port: int = 0
    """Where there is no socket: a port of loopback, as seen from the edge; 0: a free one."""
    mesh: bool = False
    """Whether every role also gets a listener for calls between services."""
    most_in_flight: Mapping[str, int] = field(default_factory=dict)
    """Requests at once by role; what exceeds them is refused. No limit where nothing is said."""
    stamps_start: bool = False
    """Whether requests are told when they began, for a deadline that counts from there."""
    protects_from_slow_clients: bool = True
    """Whether a request waits at the edge, for a limited time, until all of it is there."""


def bootstrap(plan: EdgePlan) -> Config:
    """The whole static configuration; members come from files."""
    public = _address(plan.port, plan.address)
    listeners = [_listener(EDGE, public, _public_manager(plan))]
    if plan.mesh:
        listeners += [
            _listener(role, _address(0, plan.address), _mesh_manager(role)) for role in plan.roles
        ]
    return {
        "node": {"id": EDGE, "cluster": "twinstack"},
        "admin": {"address": _admin(plan)},
        "layered_runtime": {"layers": [edge_manners.runtime()]},
        "static_resources": {
            "listeners": listeners,
            "clusters": [_cluster(role, plan) for role in plan.roles],
        },
    }


def members(role: str, addresses: Sequence[Address]) -> Config:
    """Content of a role's membership file: instances at these addresses."""
    assignment = _assignment(role, [_address(port, host) for host, port in addresses])
    return {"resources": [_typed("config.endpoint.v3.ClusterLoadAssignment", assignment)]}


def _assignment(role: str, addresses: Sequence[Config]) -> Config:
    endpoints = [{"endpoint": {"address": address}} for address in addresses]
    return {"cluster_name": role, "endpoints": [{"lb_endpoints": endpoints}]}


def members_file(folder: Path, role: str) -> Path:
    return folder / f"{role}.json"


def _edge_headers(plan: EdgePlan) -> Config:
    """What the edge adds to each request; Unix seconds, in the form that other edges use."""
    if not plan.stamps_start:
        return {}
    start = {"key": START_HEADER, "value": "t=%START_TIME(%s.%3f)%"}
    return {
        "request_headers_to_add": [{"header": start, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}]
    }


def _public_manager(plan: EdgePlan) -> Config:
    """How a client's request is read and passed on."""
    manager = _manager(EDGE, _edge_routes(plan.routes)) | edge_manners.strictness()
    manager["route_config"] |= _edge_headers(plan)
    manager["http_filters"].insert(0, edge_manners.header_filter())
    if plan.protects_from_slow_clients:
        manager["http_filters"].insert(1, edge_manners.buffer_filter())
        manager |= edge_manners.time_limits()
    return manager


def _mesh_manager(role: str) -> Config:
    return _manager(role, [_to_role({"prefix": "/"}, role)]) | {"normalize_path": True}


def _manager(name: str, routes: list[Config]) -> Config:
    host = {"name": name, "domains": ["*"], "routes": routes}
    router = "extensions.filters.http.router.v3.Router"
    return {
        "stat_prefix": name,
        "route_config": {"virtual_hosts": [host]},
        "http_filters": [_filter("router", _typed(router, {"suppress_envoy_headers": True}))],
        "use_remote_address": True,
        "generate_request_id": False,
        "local_reply_config": local_replies(),
    }


def _filter(name: str, content: Config) -> Config:
    return {"name": name, "typed_config": content}


def _listener(name: str, address: Config, manager: Config) -> Config:
    return {
        "name": name,
        "address": address,
        # Two edges must not share a port by accident: the second one has to fail.
        "enable_reuse_port": False,
        "filter_chains": [{"filters": [_filter("http", _typed(_HTTP_MANAGER, manager))]}],
    }


def _edge_routes(routes: Mapping[str, str]) -> list[Config]:
    """What is refused, then the longest prefix first."""
    longest_first = sorted(routes, key=lambda prefix: (-len(prefix), prefix))
    to_roles = (_to_role(_prefix(prefix), routes[prefix]) for prefix in longest_first)
    return [*edge_manners.refusals(), *to_roles]


def _prefix(path: str) -> Config:
    """Whole segments only: ``/api/cart`` takes ``/api/cart/items``, not ``/api/carts``."""
    return {"prefix": "/"} if path == "/" else {"path_separated_prefix": path.rstrip("/")}


def _to_role(match: Config, role: str) -> Config:
    previous = "extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    return {
        "match": match,
        "route": {
            "cluster": role,
            "timeout": _seconds(ROUTE_TIMEOUT_S),
            "retry_policy": {
                "retry_on": "connect-failure",
                "num_retries": 1,
                "retry_host_predicate": [
                    {"name": "another-instance", "typed_config": _typed(previous, {})}
                ],
                "host_selection_retry_max_attempts": 3,
            },
        },
    }


def _cluster(role: str, plan: EdgePlan) -> Config:
    found = _by_name(role) if plan.members is None else _by_file(role, plan.members)
    most_requests = plan.most_in_flight.get(role, NO_LIMIT)
    return {
        "name": role,
        **found,
        "connect_timeout": _seconds(CONNECT_TIMEOUT_S),
        "lb_policy": "LEAST_REQUEST",
        "common_lb_config": {"healthy_panic_threshold": {"value": PANIC_BELOW_PERCENT}},
        # A replaced instance goes at once, not when its health check fails.
        "ignore_health_on_host_removal": True,
        "health_checks": [_health_check()],
        "circuit_breakers": {
            "thresholds": [
                {
                    "max_connections": NO_LIMIT,
                    "max_pending_requests": most_requests,
                    "max_requests": most_requests,
                    "max_retries": NO_LIMIT,
                }
            ]
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": _typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions",
                {
                    "explicit_http_config": {"http_protocol_options": {}},
                    "common_http_protocol_options": {"idle_timeout": _seconds(UPSTREAM_IDLE_S)},
                },
            )
        },
    }


def _by_file(role: str, folder: Path) -> Config:
    source = {
        "path": str(members_file(folder, role)),
        "watched_directory": {"path": str(folder)},
    }
    return {
        "type": "EDS",
        "eds_cluster_config": {
            "eds_config": {"path_config_source": source, "resource_api_version": "V3"}
        },
    }


def _by_name(role: str) -> Config:
    """Every address that DNS has for the role is an instance."""
    return {
        "type": "STRICT_DNS",
        "dns_refresh_rate": _seconds(RESOLVE_EVERY_S),
        "dns_lookup_family": "V4_ONLY",
        "load_assignment": _assignment(role, [_address(PORT_BY_NAME, role)]),
    }


def _health_check() -> Config:
    return {
        "timeout": _seconds(HEALTH_CHECK_TIMEOUT_S),
        "interval": _seconds(HEALTH_CHECK_INTERVAL_S),
        "no_traffic_interval": _seconds(HEALTH_CHECK_INTERVAL_S),
        "unhealthy_interval": _seconds(RECHECK_INTERVAL_S),
        "unhealthy_threshold": UNHEALTHY_AFTER,
        "healthy_threshold": 1,
        "http_health_check": {"path": "/readyz"},
    }


def _admin(plan: EdgePlan) -> Config:
    if plan.admin_socket is None:
        return _address(plan.admin_port)
    return {"pipe": {"path": str(plan.admin_socket), "mode": 0o600}}


def _address(port: int, host: str = LOOPBACK) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}


def _seconds(value: float) -> str:
    return f"{value:g}s"


def _typed(name: str, content: Config) -> Config:
    return {"@type": f"{_TYPE}.{name}", **content}
