"""An environment in which kubectl finds an emulated cluster."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from emulated_api import EmulatedApi

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
