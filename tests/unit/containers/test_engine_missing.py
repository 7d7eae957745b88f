"""What is missing is said in one sentence, with how to get it."""

import sys
from pathlib import Path

import pytest
from emulated_engine import EmulatedEngine, EmulatedImage

from experiment.errors import InputError
from testbed import cli
from testbed.platforms.containers import engine as engines
from testbed.sources import IN_IMAGES, LABEL, ROOT, hash_of_sources

OF_THESE_SOURCES = EmulatedImage({LABEL: hash_of_sources(ROOT, IN_IMAGES)})


def test_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'docker.sock'}")
    with pytest.raises(
        InputError, match=r"No container engine answers at .*No such file.*: install"
    ):
        engines.connect()


def test_an_engine_on_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "tcp://10.1.2.3:2376")
    with pytest.raises(InputError, match="has to be on this machine"):
        engines.connect()


def test_images_that_were_not_built(engine: EmulatedEngine) -> None:
    engine.images.there["twinstack-edge:latest"] = OF_THESE_SOURCES
    with pytest.raises(InputError, match="no image twinstack-catalog:latest: make images builds"):
        engines.require_images(engine, ["edge", "catalog"])  # type: ignore[arg-type]


@pytest.mark.parametrize("labels", [{LABEL: "f00"}, {}], ids=["of other sources", "of any"])
def test_images_that_were_built_before_a_change(
    engine: EmulatedEngine, labels: dict[str, str]
) -> None:
    engine.images.there["twinstack-edge:latest"] = OF_THESE_SOURCES
    engines.require_images(engine, ["edge"])  # type: ignore[arg-type]
    engine.images.there["twinstack-catalog:latest"] = EmulatedImage(labels)
    with pytest.raises(InputError, match="twinstack-catalog:latest was built from other sources"):
        engines.require_images(engine, ["edge", "catalog"])  # type: ignore[arg-type]


@pytest.mark.parametrize("platform", ["compose", "swarm"])
def test_a_run_without_an_engine_ends_with_2_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    platform: str,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'docker.sock'}")
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path))
    order = ["run", "first-look", "--platform", platform, "--results", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["twinstack", *order])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert "No container engine answers" in capsys.readouterr().err
