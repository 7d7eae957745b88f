"""What an interrupted run left in a cluster goes with the next cleaning."""

import os
from pathlib import Path

import pytest
from emulated_api import EmulatedApi, Failure

from experiment.record import write_whole
from testbed.janitor import clean
from testbed.platforms.kubernetes import namespaces
from testbed.platforms.kubernetes.cluster import Cluster
from testbed.platforms.kubernetes.namespaces import Ownership

RUN = "999999-dead"
NAME = "twinstack-monolith"


@pytest.fixture
def left(cluster: Cluster, tmp_path: Path) -> Path:
    """The record of a run whose owner was killed, in its folder."""
    namespaces.create(cluster, NAME, Ownership(RUN, 999_999))
    state = tmp_path / "state"
    state.mkdir()
    write_whole(
        state / f"{RUN}.jsonl",
        b'{"kind":"owner","boot":"of another boot","pid":999999,"started":1}\n'
        b'{"kind":"namespace","context":"emulated","name":"%b","kubeconfig":"%b"}\n'
        % (NAME.encode(), os.environ["KUBECONFIG"].encode()),
    )
    return state


def test_a_namespace_that_was_left_is_removed_and_named(api: EmulatedApi, left: Path) -> None:
    said = clean(left)
    assert said == [f"Removed the namespace {NAME} of context emulated."]
    assert not api.cluster.objects
    assert not list(left.iterdir())


def test_the_kubeconfig_of_the_run_is_used_and_not_that_of_the_moment(
    api: EmulatedApi, left: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG")
    clean(left)
    assert not api.cluster.objects


def test_a_namespace_that_has_another_owner_by_now_is_left_alone(
    api: EmulatedApi, left: Path
) -> None:
    labels = api.cluster.objects["namespaces", "", NAME]["metadata"]["labels"]
    labels["twinstack.run"] = "another"
    assert clean(left) == [f"The namespace {NAME} is not of the run {RUN}; it was left alone."]
    assert api.cluster.objects


def test_the_record_stays_until_the_cluster_has_answered(api: EmulatedApi, left: Path) -> None:
    path = f"/api/v1/namespaces/{NAME}"
    api.failures.append(Failure("DELETE", path, 403, "Forbidden", "not yours"))
    (said,) = clean(left)
    assert "not yours" in said
    api.failures.clear()
    assert clean(left) == [f"Removed the namespace {NAME} of context emulated."]
