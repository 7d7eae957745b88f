"""kubectl against an API that answers, refuses, contradicts, or does not answer at all."""

from pathlib import Path

import pytest
from emulated_api import EmulatedApi, Failure

from experiment.errors import InputError, RunError
from testbed.platforms.kubernetes import namespaces
from testbed.platforms.kubernetes.cluster import Cluster, find_kubectl
from testbed.platforms.kubernetes.namespaces import Ownership
from testbed.platforms.kubernetes.platform import KubernetesPlatform

NAME = "twinstack-monolith"
OURS = Ownership("123-abcd", 123)
NAMESPACES = "/api/v1/namespaces"


def labels(api: EmulatedApi) -> dict[str, str]:
    found: dict[str, str] = api.cluster.objects["namespaces", "", NAME]["metadata"]["labels"]
    return found


def test_a_context_that_nobody_knows_is_refused_before_anything_is_asked(api: EmulatedApi) -> None:
    with pytest.raises(InputError, match="the kubeconfig has no context 'elsewhere'"):
        Cluster("elsewhere", find_kubectl()).require_context()
    assert not api.requests


def test_no_cluster_is_used_by_chance() -> None:
    with pytest.raises(InputError, match="name a context by TWINSTACK_KUBE_CONTEXT"):
        KubernetesPlatform.from_environment({})


def test_a_namespace_carries_its_run_and_its_owner(api: EmulatedApi, cluster: Cluster) -> None:
    namespaces.create(cluster, NAME, OURS)
    assert labels(api) == {
        "twinstack.run": "123-abcd",
        "twinstack.owner": "123",
        "pod-security.kubernetes.io/enforce": "restricted",
    }


def test_a_namespace_of_somebody_else_is_refused(api: EmulatedApi, cluster: Cluster) -> None:
    api.cluster.create("namespaces", "", {"kind": "Namespace", "metadata": {"name": NAME}})
    with pytest.raises(InputError, match="was not made by Twinstack"):
        namespaces.require_free(cluster, NAME)


def test_a_namespace_of_another_run_is_refused_by_its_name(cluster: Cluster) -> None:
    namespaces.create(cluster, NAME, OURS)
    with pytest.raises(InputError, match="of the run 123-abcd"):
        namespaces.require_free(cluster, NAME)


def test_a_namespace_that_is_not_this_run_s_is_never_deleted(
    api: EmulatedApi, cluster: Cluster
) -> None:
    namespaces.create(cluster, NAME, OURS)
    with pytest.raises(RunError, match="was left alone"):
        namespaces.delete(cluster, NAME, "another-run")
    assert labels(api)["twinstack.run"] == OURS.run


def test_a_namespace_goes_with_all_that_is_in_it(api: EmulatedApi, cluster: Cluster) -> None:
    namespaces.create(cluster, NAME, OURS)
    api.cluster.create("configmaps", NAME, {"kind": "ConfigMap", "metadata": {"name": "settings"}})
    assert namespaces.delete(cluster, NAME, OURS.run)
    assert not api.cluster.objects


def test_nothing_is_deleted_twice(cluster: Cluster) -> None:
    assert not namespaces.delete(cluster, NAME, OURS.run)


def test_what_is_forbidden_is_said_in_the_api_s_own_words(
    api: EmulatedApi, cluster: Cluster
) -> None:
    message = 'namespaces is forbidden: User "somebody" cannot create resource "namespaces"'
    api.failures.append(Failure("POST", NAMESPACES, 403, "Forbidden", message))
    with pytest.raises(RunError, match='User "somebody" cannot create'):
        namespaces.create(cluster, NAME, OURS)


def test_a_namespace_that_somebody_made_in_between_is_a_conflict(
    api: EmulatedApi, cluster: Cluster
) -> None:
    namespaces.require_free(cluster, NAME)
    api.cluster.create("namespaces", "", {"kind": "Namespace", "metadata": {"name": NAME}})
    with pytest.raises(RunError, match="already exists"):
        namespaces.create(cluster, NAME, OURS)


def test_an_api_that_does_not_answer_is_given_up(api: EmulatedApi, cluster: Cluster) -> None:
    api.failures.append(Failure("GET", f"{NAMESPACES}/{NAME}", after_s=30))
    with pytest.raises(RunError, match=r"kubectl get: .*(Timeout|exceeded|did not answer)"):
        cluster.kubectl("get", "namespace", NAME, within_s=1)


def test_a_cluster_that_is_not_there_is_one_sentence(api: EmulatedApi) -> None:
    nowhere = Cluster("nowhere", find_kubectl())
    with pytest.raises(RunError, match=r"connection to the server .* was refused"):
        nowhere.kubectl("get", "pods")


def test_without_kubectl_the_platform_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(InputError, match="needs kubectl"):
        find_kubectl()
