"""A service makes containers like those of platform compose."""

from typing import Any

from testbed.platforms.containers.casting import Cast, Placement, cast
from testbed.platforms.containers.swarm_service import RESTART_AFTER_S, task_template

MOULD = {
    "Config": {
        "Image": "twinstack-catalog:latest",
        "User": "10001:10001",
        "Cmd": ["python3", "-m", "store.runtime.serving"],
        "Entrypoint": None,
        "Env": ["PATH=/usr/bin"],
    },
    "HostConfig": {"ReadonlyRootfs": True, "CapDrop": ["ALL"], "Tmpfs": {"/tmp": ""}},
}


def _template() -> dict[str, Any]:
    chosen = Cast(
        "catalog",
        "services",
        {"twinstack.run": "7-ab"},
        Placement([0]),
        environment={"TWINSTACK_INSTANCE": "catalog-{{.Task.ID}}"},
        binds=["/results/logs:/results/logs"],
    )
    return task_template(cast(MOULD, chosen), ["network-1", "network-2"])


def test_a_task_is_protected_like_a_container_of_platform_compose() -> None:
    made = _template()["ContainerSpec"]
    assert made["ReadOnly"] is True
    assert made["CapabilityDrop"] == ["ALL"]
    assert made["User"] == "10001:10001"


def test_a_task_sees_the_folder_of_its_run_and_memory_where_it_may_write() -> None:
    assert _template()["ContainerSpec"]["Mounts"] == [
        {"Type": "bind", "Source": "/results/logs", "Target": "/results/logs"},
        {"Type": "tmpfs", "Target": "/tmp"},
    ]


def test_the_engine_restarts_what_ends_but_checks_no_health() -> None:
    made = _template()
    assert made["RestartPolicy"] == {"Condition": "any", "Delay": round(RESTART_AFTER_S * 1e9)}
    assert made["ContainerSpec"]["Healthcheck"] == {"Test": ["NONE"]}


def test_a_task_is_on_all_networks_of_its_role() -> None:
    assert _template()["Networks"] == [{"Target": "network-1"}, {"Target": "network-2"}]
