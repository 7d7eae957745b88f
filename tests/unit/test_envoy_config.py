from pathlib import Path
from typing import Any

from store.runtime import serving
from testbed.platforms.store import edge_manners, envoy
from testbed.platforms.store.edge_replies import ANSWER_HEADERS
from testbed.platforms.store.envoy import EdgePlan

ROUTES = {"/": "storefront", "/api/cart": "carts", "/api/product-pages": "storefront"}


def _plan(**changes: Any) -> EdgePlan:
    return EdgePlan(ROUTES, ["storefront", "carts"], Path("/run/members"), **changes)


def _listeners(plan: EdgePlan) -> dict[str, dict[str, Any]]:
    listed = envoy.bootstrap(plan)["static_resources"]["listeners"]
    return {listener["name"]: listener for listener in listed}


def _manager(plan: EdgePlan, listener: str = envoy.EDGE) -> dict[str, Any]:
    (chain,) = _listeners(plan)[listener]["filter_chains"]
    (http,) = chain["filters"]
    manager: dict[str, Any] = http["typed_config"]
    return manager


def _routes(plan: EdgePlan, listener: str = envoy.EDGE) -> list[dict[str, Any]]:
    (host,) = _manager(plan, listener)["route_config"]["virtual_hosts"]
    routes: list[dict[str, Any]] = host["routes"]
    return routes


def test_the_longest_prefix_comes_first_and_the_rest_last() -> None:
    matches = [route["match"] for route in _routes(_plan()) if "route" in route]
    assert matches == [
        {"path_separated_prefix": "/api/product-pages"},
        {"path_separated_prefix": "/api/cart"},
        {"prefix": "/"},
    ]


def _refused(plan: EdgePlan) -> list[dict[str, Any]]:
    return [route for route in _routes(plan) if "direct_response" in route]


def test_what_is_refused_is_refused_before_anything_is_routed() -> None:
    refused = _refused(_plan())
    assert _routes(_plan())[: len(refused)] == refused
    assert [each["direct_response"]["status"] for each in refused] == [413, 414, 404, 404]
    assert refused[-1]["match"] == {"path_separated_prefix": "/internal"}


def test_a_refusal_does_not_wait_for_the_body() -> None:
    for refused in _refused(_plan()):
        (settings,) = refused["typed_per_filter_config"].values()
        assert settings["disabled"]


def test_a_start_is_told_after_clients_headers_were_dropped() -> None:
    """What a filter removes it removes before the route adds."""
    manager = _manager(_plan(stamps_start=True))
    assert manager["http_filters"][0]["name"] == "headers"
    assert manager["route_config"]["request_headers_to_add"]


def test_only_the_public_listener_reads_requests_strictly() -> None:
    strict = edge_manners.strictness()
    public, mesh = _manager(_plan(mesh=True)), _manager(_plan(mesh=True), "carts")
    assert {name: public[name] for name in strict} == strict
    assert mesh.keys() & strict.keys() == {"normalize_path"}
    assert not any("direct_response" in route for route in _routes(_plan(mesh=True), "carts"))


def test_every_listener_binds_loopback_only() -> None:
    addresses = [
        each["address"]["socket_address"] for each in _listeners(_plan(mesh=True)).values()
    ]
    assert {address["address"] for address in addresses} == {"127.0.0.1"}


def test_the_edge_takes_the_port_that_was_asked_for_and_the_mesh_free_ones() -> None:
    listeners = _listeners(_plan(port=8080, mesh=True))
    ports = {
        name: each["address"]["socket_address"]["port_value"] for name, each in listeners.items()
    }
    assert ports == {"edge": 8080, "storefront": 0, "carts": 0}


def test_without_a_mesh_there_is_only_the_edge() -> None:
    assert list(_listeners(_plan())) == ["edge"]


def test_a_mesh_listener_sends_everything_to_its_role() -> None:
    (route,) = _routes(_plan(mesh=True), "carts")
    assert (route["match"], route["route"]["cluster"]) == ({"prefix": "/"}, "carts")


def test_what_the_edge_answers_itself_is_a_problem_document() -> None:
    replies = _manager(_plan())["local_reply_config"]
    *named, others = replies["mappers"]
    formats = [each["body_format_override"] for each in named]
    assert "body_format_override" not in others
    for answer in (*formats, replies["body_format"]):
        assert answer["content_type"] == "application/problem+json"
        assert set(answer["json_format"]) == {"type", "title", "status", "detail"}


def test_what_the_edge_answers_itself_is_never_stored_nor_taken_for_another_type() -> None:
    for mapper in _manager(_plan())["local_reply_config"]["mappers"]:
        added = {
            each["header"]["key"]: each["header"]["value"] for each in mapper["headers_to_add"]
        }
        assert added.items() >= ANSWER_HEADERS.items()


def test_an_upstream_that_is_gone_or_late_is_a_503_dependency_unavailable() -> None:
    mappers = _manager(_plan())["local_reply_config"]["mappers"]
    unavailable = [
        each["filter"]["status_code_filter"]["comparison"]["value"]["default_value"]
        for each in mappers
        if each.get("status_code") == 503
        and each["body_format_override"]["json_format"]["type"]
        == "/problems/dependency-unavailable"
    ]
    assert unavailable == [502, 503, 504]


def test_members_of_a_role_are_the_addresses_of_its_instances() -> None:
    (assignment,) = envoy.members("carts", [("127.0.0.1", 4001), ("172.18.0.5", 8003)])["resources"]
    (locality,) = assignment["endpoints"]
    addresses = [each["endpoint"]["address"]["socket_address"] for each in locality["lb_endpoints"]]
    assert assignment["cluster_name"] == "carts"
    assert addresses == [
        {"address": "127.0.0.1", "port_value": 4001},
        {"address": "172.18.0.5", "port_value": 8003},
    ]


def test_each_role_reads_its_members_from_its_own_file() -> None:
    clusters = envoy.bootstrap(_plan())["static_resources"]["clusters"]
    sources = {
        each["name"]: each["eds_cluster_config"]["eds_config"]["path_config_source"]["path"]
        for each in clusters
    }
    assert sources == {
        "storefront": "/run/members/storefront.json",
        "carts": "/run/members/carts.json",
    }


def test_envoy_drops_idle_connections_long_before_gunicorn_does() -> None:

    assert envoy.UPSTREAM_IDLE_S * 2 < serving.KEEP_ALIVE_S


def _limits(plan: EdgePlan) -> dict[str, tuple[int, int]]:
    """Requests in flight and in line, by role."""
    limits = {}
    for cluster in envoy.bootstrap(plan)["static_resources"]["clusters"]:
        (threshold,) = cluster["circuit_breakers"]["thresholds"]
        limits[cluster["name"]] = (threshold["max_requests"], threshold["max_pending_requests"])
    return limits


def test_only_roles_that_shed_load_have_a_limit() -> None:
    none = (envoy.NO_LIMIT, envoy.NO_LIMIT)
    assert set(_limits(_plan()).values()) == {none}
    assert _limits(_plan(most_in_flight={"carts": 32})) == {"storefront": none, "carts": (32, 32)}


def test_what_exceeds_a_limit_is_told_to_come_back() -> None:
    first = _manager(_plan())["local_reply_config"]["mappers"][0]
    assert first["filter"] == {"response_flag_filter": {"flags": ["UO"]}}
    assert first["headers_to_add"][0]["header"] == {"key": "Retry-After", "value": "1"}
    assert first["body_format_override"]["json_format"]["type"] == "/problems/overloaded"


def test_requests_are_told_when_they_began_only_where_a_deadline_counts_from_there() -> None:
    def added(plan: EdgePlan) -> list[str]:
        headers = _manager(plan)["route_config"].get("request_headers_to_add", [])
        return [each["header"]["key"] for each in headers]

    assert added(_plan()) == []
    assert added(_plan(stamps_start=True)) == ["X-Request-Start"]
    assert "request_headers_to_add" not in _manager(_plan(stamps_start=True, mesh=True), "carts")


def test_roles_without_membership_files_are_found_by_their_names() -> None:
    plan = EdgePlan(ROUTES, ["carts"], port=8080, address="0.0.0.0", admin_port=9901)
    config = envoy.bootstrap(plan)
    (cluster,) = config["static_resources"]["clusters"]
    (members,) = cluster["load_assignment"]["endpoints"]
    assert cluster["type"] == "STRICT_DNS"
    assert members["lb_endpoints"][0]["endpoint"]["address"]["socket_address"] == {
        "address": "carts",
        "port_value": 8000,
    }


def test_the_administration_is_a_socket_that_its_own_user_may_open() -> None:
    plan = _plan(admin_socket=Path("/run/private/admin"))
    assert envoy.bootstrap(plan)["admin"]["address"] == {
        "pipe": {"path": "/run/private/admin", "mode": 0o600}
    }


def test_the_administration_stays_on_loopback_wherever_the_edge_listens() -> None:
    plan = EdgePlan(ROUTES, ["carts"], port=8080, address="0.0.0.0", admin_port=9901)
    config = envoy.bootstrap(plan)
    (listener,) = config["static_resources"]["listeners"]
    assert listener["address"]["socket_address"] == {"address": "0.0.0.0", "port_value": 8080}
    assert config["admin"]["address"]["socket_address"] == {
        "address": "127.0.0.1",
        "port_value": 9901,
    }


def _filters(plan: EdgePlan, listener: str = envoy.EDGE) -> list[str]:
    return [each["name"] for each in _manager(plan, listener)["http_filters"]]


def test_only_clients_requests_wait_until_all_of_them_is_there() -> None:
    guarded, open_to_slow = _plan(mesh=True), _plan(protects_from_slow_clients=False)
    timeouts = {"request_timeout", "request_headers_timeout"}
    assert _filters(guarded) == ["headers", "whole-requests", "router"]
    assert timeouts <= _manager(guarded).keys()
    for unguarded in (_manager(open_to_slow), _manager(guarded, "carts")):
        assert not timeouts & unguarded.keys()
    assert _filters(open_to_slow) == ["headers", "router"]
    assert _filters(guarded, "carts") == ["router"]
