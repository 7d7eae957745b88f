"""Who reaches whom, as Kubernetes' network policies add up."""

from collections.abc import Iterator
from typing import Any

from manifests import WORKLOADS, container, of_kind, pod_labels

from experiment.store import Architecture

Object = dict[str, Any]
Labels = dict[str, str]


def reaches(objects: list[Object], caller: str, callee: str, port: int) -> bool:
    """Whether pods of the workload ``caller`` may open a connection to those of ``callee``."""
    workloads = {each["metadata"]["name"]: each for each in of_kind(objects, *WORKLOADS)}
    one, other = workloads[caller], workloads[callee]
    policies = of_kind(objects, "NetworkPolicy")
    return _is_let(policies, "Egress", one, other, port) and _is_let(
        policies, "Ingress", other, one, port
    )


def architecture_of(objects: list[Object]) -> Architecture:
    names = {each["metadata"]["name"] for each in of_kind(objects, "Deployment")}
    return "monolith" if "monolith" in names else "microservices"


def _is_let(policies: list[Object], way: str, subject: Object, peer: Object, port: int) -> bool:
    """Pods that no policy of this way selects are let do anything; all others what one allows."""
    selecting = [
        each["spec"]
        for each in policies
        if way in each["spec"]["policyTypes"]
        and is_selected(pod_labels(subject), each["spec"]["podSelector"])
    ]
    called = subject if way == "Ingress" else peer
    return not selecting or any(
        _names(rule, way, peer) and port in _ports(rule, called)
        for spec in selecting
        for rule in spec.get(way.lower(), [])
    )


def _names(rule: Object, way: str, peer: Object) -> bool:
    peers = rule.get("from" if way == "Ingress" else "to")
    if peers is None:
        return True
    # A rule with a selector of namespaces is about another one here.
    return any(
        is_selected(pod_labels(peer), each["podSelector"])
        for each in peers
        if "namespaceSelector" not in each
    )


def _ports(rule: Object, called: Object) -> Iterator[int]:
    named = {each["name"]: each["containerPort"] for each in container(called).get("ports", [])}
    return (named.get(each["port"], each["port"]) for each in rule["ports"])


def is_selected(labels: Labels, selector: Object) -> bool:
    wanted = selector.get("matchLabels", {})
    listed = selector.get("matchExpressions", [])
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        labels.get(each["key"]) in each["values"] for each in listed if each["operator"] == "In"
    )
