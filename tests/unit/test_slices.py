"""Control groups within a deployment's own, on a tree of ordinary files."""

from pathlib import Path
from typing import Literal

import pytest

from testbed.janitor import Belongings
from testbed.platforms.local.slices import Slices, quota_and_period_us

LEAST: dict[int, tuple[str, str, str]] = {
    1: ("cpu.shares", "2", "1024"),
    2: ("cpu.weight", "1", "100"),
}
QUOTA: dict[int, tuple[str, str, str]] = {
    1: ("cpu.cfs_quota_us", "-1", "1500"),
    2: ("cpu.max", "max 10000", "1500 10000"),
}


@pytest.mark.parametrize("version", [1, 2])
def test_a_part_starts_on_what_others_leave_and_is_held_to_its_quota_later(
    tmp_path: Path, version: Literal[1, 2]
) -> None:
    slices = Slices(tmp_path, version, Belongings(tmp_path / "state"))
    weight, least, usual = LEAST[version]
    quota, free, held = QUOTA[version]

    part = slices.open("recommendations-2")
    assert ((part / weight).read_text(), (part / quota).read_text()) == (least, free)
    slices.hold("recommendations-2", 0.15)
    assert ((part / weight).read_text(), (part / quota).read_text()) == (usual, held)
    assert slices.open("recommendations-2") == part
    assert ((part / weight).read_text(), (part / quota).read_text()) == (least, free)


def test_a_small_quota_has_a_longer_period_since_the_kernel_grants_no_less_than_a_millisecond() -> (
    None
):
    assert quota_and_period_us(0.15) == (1_500, 10_000)
    assert quota_and_period_us(0.02) == (1_000, 50_000)


def test_every_part_is_recorded_before_it_is_made(tmp_path: Path) -> None:
    belongings = Belongings(tmp_path / "state")
    part = Slices(tmp_path, 1, belongings).open("carts-1")
    assert str(part) in belongings.file.read_text()
