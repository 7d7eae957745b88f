"""Bringing a store up on an emulated cluster, and what is left of it afterwards: nothing."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from emulated_api import EmulatedApi, Failure
from pod_listeners import healthy, listening

from experiment.errors import RunError
from experiment.store import Sample
from testbed.deploying import plain_deployment
from testbed.platforms.kubernetes.overlay import Images
from testbed.platforms.kubernetes.platform import KubernetesPlatform
from testbed.platforms.kubernetes.store import ClusterStore

NAMESPACE = "twinstack-monolith"
PODS = f"/api/v1/namespaces/{NAMESPACE}/pods/.*"
IMAGES = Images("registry.test", "0.1.0")
SMALL = Sample(products=200, customers=100, ratings=3_000)
MONOLITH = replace(plain_deployment("monolith", SMALL), instances={"monolith": 2})


@pytest.fixture
def platform(api: EmulatedApi) -> Iterator[KubernetesPlatform]:
    with ExitStack() as stack:
        silent = stack.enter_context(listening(lambda _: {}))
        api.listeners |= {"edge": silent, "payment": silent, "database": silent}
        api.cluster.inside["edge"] = lambda _: healthy({"monolith": 2})
        yield stack.enter_context(KubernetesPlatform("emulated", "twinstack", IMAGES))


@pytest.fixture
def store(platform: KubernetesPlatform, tmp_path: Path) -> ClusterStore:
    return platform.up(MONOLITH, tmp_path / "logs")


def test_nothing_is_left_when_the_platform_ends(
    api: EmulatedApi, store: ClusterStore, platform: KubernetesPlatform, tmp_path: Path
) -> None:
    platform.__exit__(None, None, None)
    assert not api.cluster.objects
    assert not list((tmp_path / "state").glob("*.jsonl"))


def test_when_a_store_is_down_nothing_is_left_but_what_its_processes_reported(
    api: EmulatedApi, store: ClusterStore
) -> None:
    pod = api.cluster.pods_of("monolith")[0]["metadata"]["name"]
    line = b'{"at":1.5,"event":"worker-started","role":"monolith","instance":"monolith-1"}\n'
    api.cluster.agents[pod].files["state-changes.jsonl"] = line
    store.down()
    store.down()  # safe to repeat
    assert not api.cluster.objects
    assert [each["event"] for each in store.state_changes()] == ["worker-started"]


def test_a_pod_that_cannot_start_is_named_with_its_reason(
    api: EmulatedApi, platform: KubernetesPlatform, tmp_path: Path
) -> None:
    api.cluster.trouble["monolith"] = {"reason": "ImagePullBackOff", "message": "no such image"}
    with pytest.raises(RunError, match=r"0 of 2 pods of monolith .* ImagePullBackOff no such"):
        platform.up(MONOLITH, tmp_path / "logs")
    assert not api.cluster.objects


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("exec", r"The line into .* is broken\..*cannot"),
        ("portforward", "There is no way to .*cannot"),
    ],
)
def test_what_is_not_permitted_ends_the_start_with_its_reason(
    api: EmulatedApi, platform: KubernetesPlatform, tmp_path: Path, way: str, said: str
) -> None:
    message = f'User "somebody" cannot create resource "pods/{way}"'
    api.failures += [
        Failure(how, f"{PODS}/{way}", 403, "Forbidden", message) for how in ("GET", "POST")
    ]
    with pytest.raises(RunError, match=said):
        platform.up(MONOLITH, tmp_path / "logs")
    assert not api.cluster.objects
