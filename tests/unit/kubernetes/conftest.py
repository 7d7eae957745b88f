"""Manifests as ``kubectl kustomize`` builds them."""

import json
import os
import sys
from functools import partial
from pathlib import Path

import pytest

# Helpers lie beside the tests; test folders are no packages.
sys.path.insert(0, str(Path(__file__).parent))

from manifests import MANIFESTS, Build, Object, kustomize

OVERLAYS = sorted(folder.name for folder in (MANIFESTS / "overlays").iterdir())


@pytest.fixture(scope="session")
def build() -> Build:
    """Objects of a folder below ``docker/kubernetes``; each is built once."""
    built: dict[str, list[Object]] = {}

    def objects(folder: str) -> list[Object]:
        if folder not in built:
            built[folder] = kustomize(MANIFESTS / folder)
        return built[folder]

    return objects


@pytest.fixture(scope="session")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """As ``build``, with one database server for all owners."""
    folder = tmp_path_factory.mktemp("one-server")

    def objects(store: str) -> list[Object]:
        lies = partial(os.path.relpath, start=folder.resolve())
        overlay = {
            "resources": [lies(MANIFESTS / store)],
            "components": [lies(MANIFESTS / "components" / "one-server")],
        }
        (folder / "kustomization.yaml").write_text(json.dumps(overlay), encoding="utf-8")
        return kustomize(folder)

    return objects


@pytest.fixture(scope="session", params=[*(f"overlays/{name}" for name in OVERLAYS), "load"])
def objects(request: pytest.FixtureRequest, build: Build) -> list[Object]:
    """All objects of an overlay; a test that asks for them runs for each."""
    return build(request.param)


@pytest.fixture(scope="session", params=["fixed", "autoscaled"])
def both(request: pytest.FixtureRequest, build: Build) -> tuple[list[Object], list[Object]]:
    """The two stores of one size, monolith first."""
    monolith, services = (
        build(f"overlays/{name}-{request.param}") for name in ("monolith", "microservices")
    )
    return monolith, services
