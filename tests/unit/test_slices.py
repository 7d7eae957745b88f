"""Control groups within a deployment's own, on a tree of ordinary files."""

from pathlib import Path
from typing import Literal

import pytest

from testbed.janitor import Belongings
from testbed.platforms.machine.slices import Slices

QUOTA: dict[int, dict[str, str]] = {
    1: {"cpu.cfs_quota_us": "7500", "cpu.cfs_period_us": "50000"},
    2: {"cpu.max": "7500 50000"},
}


@pytest.fixture(params=[1, 2])
def version(request: pytest.FixtureRequest) -> Literal[1, 2]:
    number: Literal[1, 2] = request.param
    return number


@pytest.fixture
def slices(tmp_path: Path, version: Literal[1, 2]) -> Slices:
    group = tmp_path / "twinstack-1"
    group.mkdir()
    return Slices(group, version, Belongings(tmp_path / "state"))


def test_whoever_serves_is_in_a_group_of_its_own_with_its_quota(
    slices: Slices, version: Literal[1, 2]
) -> None:
    slices.hold("recommendations-2", 0.15, pids=[77])
    own = slices.group / "recommendations-2"
    assert {file.name: file.read_text() for file in own.iterdir()} == {
        **QUOTA[version],
        "cgroup.procs": "77",
    }


def test_a_small_part_waits_no_longer_for_its_quota_than_a_large_one(
    slices: Slices, version: Literal[1, 2]
) -> None:
    slices.hold("payments-1", 0.02)
    slices.hold("monolith-1", 0.15)
    file = {1: "cpu.cfs_period_us", 2: "cpu.max"}[version]
    said = [(slices.group / part / file).read_text() for part in ("payments-1", "monolith-1")]
    assert [each.split()[-1] for each in said] == ["50000", "50000"]


def test_every_group_is_recorded_before_it_is_made(slices: Slices) -> None:
    made = [slices.open("carts-1"), slices.open("carts-2")]
    assert all(str(group) in slices.belongings.file.read_text() for group in made)
