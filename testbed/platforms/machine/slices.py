"""Parts of a deployment's CPUs: a control group for each of them, within the deployment's own."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from testbed.janitor import Belongings, remove_control_group
from testbed.platforms.division import LEAST_CPUS, LEAST_QUOTA_US

PERIOD_US = 10_000
"""Of a whole budget. Short: periods of 100 ms let bursts through and stall for long, which latency
would show."""
PART_PERIOD_US = round(LEAST_QUOTA_US / LEAST_CPUS)
"""Of every part, small or large: whoever has used up a quota waits as long in either architecture,
though one of them has smaller parts."""


@dataclass
class Slices:
    """Safe to use for several parts at once, from several threads."""

    group: Path
    version: Literal[1, 2]
    belongings: Belongings
    _made: dict[str, Path] = field(default_factory=dict)

    def open(self, part: str) -> Path:
        """The group of a part; without a quota until it is held to one."""
        folder = self.group / part
        if part not in self._made:
            self.belongings.control_group(folder)
            folder.mkdir()
            self._made[part] = folder
        return folder

    def hold(self, part: str, cpus: float, pids: Collection[int] = ()) -> None:
        """Take these processes in; from now on the part has its quota."""
        folder = self.open(part)
        self._limit(folder, cpus)
        move(pids, [folder / "cgroup.procs"])

    def close(self, part: str) -> None:
        """Remove the group of a part; whoever is left in it goes to where we are."""
        folder = self._made.pop(part)
        move(members(folder), [self.group.parent / "cgroup.procs"])
        remove_control_group(folder)

    def close_all(self) -> None:
        for part in list(self._made):
            self.close(part)

    def _limit(self, folder: Path, cpus: float) -> None:
        quota_us = round(cpus * PART_PERIOD_US)
        if self.version == 2:  # noqa: PLR2004 - a version
            (folder / "cpu.max").write_text(f"{quota_us} {PART_PERIOD_US}", encoding="ascii")
            return
        file = folder / "cpu.cfs_quota_us"
        file.write_text("-1", encoding="ascii")  # or the kernel may refuse the period
        (folder / "cpu.cfs_period_us").write_text(f"{PART_PERIOD_US}", encoding="ascii")
        file.write_text(f"{quota_us}", encoding="ascii")


def members(group: Path) -> list[int]:
    return [int(line) for line in (group / "cgroup.procs").read_text(encoding="ascii").split()]


def move(pids: Collection[int], files: Iterable[Path]) -> None:
    for file in files:
        for pid in pids:
            with suppress(ProcessLookupError):  # it has ended meanwhile
                file.write_text(f"{pid}", encoding="ascii")
