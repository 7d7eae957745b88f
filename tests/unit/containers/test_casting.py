"""What a container of a run has of its mould, and what is its own."""

from typing import Any

from testbed.platforms.containers.casting import Cast, Placement, cast
from testbed.platforms.machine.slices import PART_PERIOD_US

MOULD = {
    "Config": {
        "Image": "twinstack-catalog:latest",
        "User": "10001:10001",
        "Cmd": ["python3", "-m", "store.runtime.serving"],
        "Env": ["PATH=/usr/bin", "TWINSTACK_SECRET_FILE=/run/secrets/signing"],
    },
    "HostConfig": {
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "Tmpfs": {"/tmp": ""},
        "NanoCpus": 1_000_000_000,
        "Memory": 2**29,
        "PidsLimit": 256,
        "Binds": ["/somewhere/signing:/run/secrets/signing:ro"],
        "PortBindings": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8081"}]},
        "RestartPolicy": {"Name": "unless-stopped"},
    },
}
ON_THE_FIRST_CORE = Placement([0])


def _cast(**changes: Any) -> dict[str, Any]:
    chosen = {"hostname": "catalog-1", "network": "n", "labels": {}} | changes
    return cast(MOULD, Cast(placement=chosen.pop("placement", ON_THE_FIRST_CORE), **chosen))


def test_what_protects_a_container_comes_from_its_mould() -> None:
    made = _cast()
    assert made["Image"] == "twinstack-catalog:latest"
    assert made["User"] == "10001:10001"
    host = made["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"], host["Tmpfs"]) == (True, ["ALL"], {"/tmp": ""})


def test_the_limits_of_a_mould_give_way_to_the_budget() -> None:
    host = _cast()["HostConfig"]
    assert [host[name] for name in ("NanoCpus", "Memory", "PidsLimit")] == [0, 0, 0]


def test_a_quota_has_the_period_of_every_part_of_a_budget() -> None:
    host = _cast(placement=Placement([0], cpus=0.25))["HostConfig"]
    assert (host["CpuQuota"], host["CpuPeriod"]) == (round(0.25 * PART_PERIOD_US), PART_PERIOD_US)


def test_settings_of_the_store_that_users_start_are_left_behind() -> None:
    made = _cast(environment={"TWINSTACK_SECRET": "s"})
    assert made["Env"] == ["PATH=/usr/bin", "TWINSTACK_SECRET=s"]
    assert made["HostConfig"]["Binds"] == []


def test_nothing_is_published_unless_it_was_asked_for_and_then_on_loopback_only() -> None:
    assert _cast()["HostConfig"]["PortBindings"] == {}
    published = _cast(published={8080: 8000})["HostConfig"]["PortBindings"]
    assert published == {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8000"}]}


def test_the_engine_neither_checks_nor_restarts_what_the_test_bed_watches() -> None:
    made = _cast()
    assert made["Healthcheck"] == {"Test": ["NONE"]}
    assert made["HostConfig"]["RestartPolicy"] == {"Name": "no"}
