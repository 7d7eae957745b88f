"""Both stores are held equal in everything that is not the architecture."""

from typing import Any

from manifests import (
    container,
    cpus,
    megabytes,
    named,
    of_kind,
    part,
    pod,
    replicas_at_start,
    running,
)

from microservices.deployables import DEPLOYABLES as SERVICES
from monolith.deployables import DEPLOYABLES as MONOLITH
from store.runtime.deployable import Deployable

Object = dict[str, Any]
Both = tuple[list[Object], list[Object]]


def _total(objects: list[Object], of_part: str) -> tuple[float, float]:
    """CPUs and megabytes of all pods of a part at the start."""
    limits = [
        (count, container(workload)["resources"]["limits"])
        for count, workload in running(objects)
        if part(workload) == of_part
    ]
    return (
        round(sum(count * cpus(limit["cpu"]) for count, limit in limits), 6),
        sum(count * megabytes(limit["memory"]) for count, limit in limits),
    )


def test_both_stores_start_with_the_same_cpu_and_memory(both: Both) -> None:
    monolith, services = both
    for of_part in ("store", "database", "edge", "outside"):
        assert _total(monolith, of_part) == _total(services, of_part)


def test_both_stores_have_the_same_budget_and_start_within_it(both: Both) -> None:
    budgets = [named(objects, "ResourceQuota", "budget")["spec"] for objects in both]
    assert budgets[0] == budgets[1]
    parts = [_total(both[1], each) for each in ("store", "database", "edge", "outside")]
    assert sum(each[0] for each in parts) <= cpus(budgets[0]["hard"]["limits.cpu"]) + 1e-9
    assert sum(each[1] for each in parts) <= megabytes(budgets[0]["hard"]["limits.memory"])


def test_a_fixed_store_fills_its_budget_to_the_last(build: Any) -> None:
    for name in ("monolith", "microservices"):
        objects = build(f"overlays/{name}-fixed")
        hard = named(objects, "ResourceQuota", "budget")["spec"]["hard"]
        parts = [_total(objects, each) for each in ("store", "database", "edge", "outside")]
        assert round(sum(each[0] for each in parts), 6) == cpus(hard["limits.cpu"])
        assert sum(each[1] for each in parts) == megabytes(hard["limits.memory"])


def test_a_monolith_at_its_most_is_what_the_autoscaled_budget_has_room_for(build: Any) -> None:
    objects = build("overlays/monolith-autoscaled")
    most = named(objects, "HorizontalPodAutoscaler", "monolith")["spec"]["maxReplicas"]
    limit = container(named(objects, "Deployment", "monolith"))["resources"]["limits"]
    others = sum(_total(objects, each)[0] for each in ("database", "edge", "outside"))
    hard = named(objects, "ResourceQuota", "budget")["spec"]["hard"]
    assert round(most * cpus(limit["cpu"]) + others, 6) == cpus(hard["limits.cpu"])


def test_both_stores_have_the_same_settings_and_sample(both: Both) -> None:
    for name in ("settings", "sample"):
        one, other = (named(objects, "ConfigMap", name)["data"] for objects in both)
        assert one == other


def test_pods_of_both_stores_differ_in_name_image_size_number_and_secrets_only(both: Both) -> None:
    one, other = (_store_pod(objects, role) for objects, role in zip(both, ROLES, strict=True))
    assert one == other


ROLES = ("monolith", "catalog")


def _store_pod(objects: list[Object], role: str) -> Object:
    spec = {**pod(named(objects, "Deployment", role))}
    own = {**container(named(objects, "Deployment", role))}
    del own["image"], own["resources"]
    own["env"] = [{**each, "value": "ROLE"} if each.get("value") == role else each
                  for each in _without_name(own["env"], role)]  # fmt: skip
    return {**spec, "containers": [own]}


def _without_name(env: list[Object], role: str) -> list[Object]:
    return [
        {"name": each["name"], "valueFrom": "its own secret"}
        if each.get("valueFrom", {}).get("secretKeyRef", {}).get("name") == f"database-{role}"
        else each
        for each in env
        if each.get("valueFrom", {}).get("secretKeyRef", {}).get("name") != "store"
    ]


def test_each_deployable_of_either_architecture_is_there(both: Both) -> None:
    for objects, deployables in zip(both, (MONOLITH, SERVICES), strict=True):
        deployed = {
            workload["metadata"]["name"]
            for workload in of_kind(objects, "Deployment")
            if part(workload) == "store"
        }
        assert deployed == {each.role for each in deployables}


def test_each_owner_of_data_has_a_server_of_its_own(both: Both) -> None:
    for objects, deployables in zip(both, (MONOLITH, SERVICES), strict=True):
        servers = {each["metadata"]["name"] for each in of_kind(objects, "StatefulSet")}
        assert servers == {f"database-{each.role}" for each in deployables if each.create_data}


def test_the_data_of_each_owner_are_made_by_its_own_code(both: Both) -> None:
    for objects, deployables in zip(both, (MONOLITH, SERVICES), strict=True):
        for each in (each for each in deployables if each.create_data):
            job = named(objects, "Job", f"create-data-{each.role}")
            package = _value(job, "PACKAGE")
            assert (package, _value(job, "TWINSTACK_OWNER")) == (_package(each), each.role)


def _package(deployable: Deployable) -> str:
    return deployable.app.partition(":")[0].removesuffix(".app")


def _value(workload: Object, name: str) -> str:
    (found,) = (each["value"] for each in container(workload)["env"] if each["name"] == name)
    return str(found)


def test_a_role_has_as_many_instances_in_either_size_at_the_start(build: Any) -> None:
    for name in ("monolith", "microservices"):
        fixed, autoscaled = (build(f"overlays/{name}-{size}") for size in ("fixed", "autoscaled"))
        for workload in of_kind(fixed, "Deployment"):
            twin = named(autoscaled, "Deployment", workload["metadata"]["name"])
            assert replicas_at_start(fixed, workload) == replicas_at_start(autoscaled, twin)
