"""A cluster that kubectl can talk to."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# Helpers lie beside the tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parent))

from emulated_api import EmulatedApi

from testbed.platforms.kubernetes.cluster import Cluster, find_kubectl

CONTEXT = "emulated"


@contextmanager
def emulated(folder: Path) -> Iterator[EmulatedApi]:
    """An API, and an environment in which kubectl finds it under the context ``emulated``.

    The current context leads nowhere: nobody may use it.
    """
    with EmulatedApi().served() as api, pytest.MonkeyPatch.context() as patch:
        kubeconfig = folder / "kubeconfig"
        kubeconfig.write_text(json.dumps(_kubeconfig(api.port)), encoding="utf-8")
        patch.setenv("KUBECONFIG", str(kubeconfig))
        # The kubectl that is locked, whatever the system has.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        patch.setenv("HOME", str(folder))  # where kubectl keeps what it knows of clusters
        patch.setenv("TWINSTACK_STATE", str(folder / "state"))
        yield api


def _kubeconfig(port: int) -> dict[str, object]:
    servers = {CONTEXT: f"http://127.0.0.1:{port}", "nowhere": "http://127.0.0.1:9"}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "nowhere",
        "clusters": [{"name": n, "cluster": {"server": url}} for n, url in servers.items()],
        "users": [{"name": "somebody", "user": {}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "somebody"}} for name in servers
        ],
    }


@pytest.fixture
def api(tmp_path: Path) -> Iterator[EmulatedApi]:
    with emulated(tmp_path) as served:
        yield served


@pytest.fixture
def cluster(api: EmulatedApi) -> Cluster:
    return Cluster(CONTEXT, find_kubectl())
