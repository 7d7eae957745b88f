"""A cluster that kubectl can talk to, and the platform on it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Helpers lie beside the tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parent))

from emulated_api import EmulatedApi

from testbed.platforms.kubernetes.cluster import Cluster, find_kubectl

CONTEXT = "emulated"


@pytest.fixture
def api() -> Iterator[EmulatedApi]:
    with EmulatedApi().served() as served:
        yield served


@pytest.fixture(autouse=True)
def kubeconfig(api: EmulatedApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whose current context leads nowhere: nobody may use it."""
    file = tmp_path / "kubeconfig"
    server = f"http://127.0.0.1:{api.port}"
    file.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "nowhere",
                "clusters": [
                    {"name": CONTEXT, "cluster": {"server": server}},
                    {"name": "nowhere", "cluster": {"server": "http://127.0.0.1:9"}},
                ],
                "users": [{"name": "somebody", "user": {}}],
                "contexts": [
                    {"name": name, "context": {"cluster": name, "user": "somebody"}}
                    for name in (CONTEXT, "nowhere")
                ],
            }
        ),
        encoding="utf-8",
    )
    monkeypatch.setenv("KUBECONFIG", str(file))
    monkeypatch.setenv("HOME", str(tmp_path))  # where kubectl keeps what it knows of clusters
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path / "state"))
    return file


@pytest.fixture
def cluster() -> Cluster:
    return Cluster(CONTEXT, find_kubectl())
