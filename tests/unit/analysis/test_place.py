"""A report says where its run was made."""

from collections.abc import Callable
from typing import Any

import pytest

from analysis.measured import load_run
from analysis.place import place_of
from analysis.report import build
from experiment.load_worker import RemoteLoad
from experiment.record import RunFolder

Make = Callable[..., RunFolder]


def _place(make: Make, **plan: Any) -> str:
    return place_of(load_run(make(blocks=1, plan=plan)))


def test_processes_of_one_machine_talk_over_loopback(make: Make) -> None:
    assert _place(make).startswith(
        "Stores, edge, database and load generator shared one machine with"
    )
    assert "over loopback. There was no real network between services, and other" in _place(make)


@pytest.mark.parametrize("platform", ["compose", "swarm"])
def test_containers_do_not_talk_over_loopback(make: Make, platform: str) -> None:
    place = _place(make, platform=platform)
    assert "in containers" in place
    assert "loopback" not in place


def test_of_a_cluster_nothing_is_known(make: Make) -> None:
    assert _place(make, platform="kubernetes").startswith(
        "Stores, edge and database ran in a cluster (kubernetes), of which nothing is on record"
    )


def test_a_load_over_the_network_is_told(make: Make) -> None:
    place = _place(make, remote_load=RemoteLoad(listen="10.0.0.1:5557"))
    assert place.startswith("The load came from 1 worker over the network")
    assert "Stores, edge and database shared one machine" in place


@pytest.mark.long
def test_the_page_names_a_platform_that_is_not_the_usual_one(make: Make) -> None:
    for platform, named in (("compose", True), ("local", False)):
        folder = make(blocks=1, plan={"platform": platform})
        build(folder)
        page = (folder.report / "index.html").read_text()
        assert (f"<li>platform {platform}</li>" in page) is named
