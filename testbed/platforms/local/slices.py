"""Parts of a deployment's CPUs: a control group for each of them, within the deployment's own."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from testbed.janitor import Belongings, remove_control_group

PERIOD_US = 10_000
"""Short: periods of 100 ms let bursts through and stall for long, which latency would show."""
LEAST_QUOTA_US = 1_000
"""The kernel's."""
_FILES: dict[Literal[1, 2], tuple[str, str, str]] = {
    1: ("cpu.shares", "2", "1024"),
    2: ("cpu.weight", "1", "100"),
}
"""By version: the file with a group's weight, the least, and the usual."""


@dataclass
class Slices:
    """Safe to use for several parts at once, from several threads."""

    group: Path
    version: Literal[1, 2]
    belongings: Belongings
    _parts: dict[str, Path] = field(default_factory=dict)

    def open(self, part: str) -> Path:
        """The group of a part, where it may take what all others leave.

        Whoever starts gets no quota yet: how long that takes would depend on how small it is, and
        no more than the declared time is to count.
        """
        folder = self.group / part
        if part not in self._parts:
            self.belongings.control_group(folder)
            folder.mkdir()
            self._parts[part] = folder
        file, least, _ = _FILES[self.version]
        (folder / file).write_text(least, encoding="ascii")
        self._limit(folder, None)
        return folder

    def hold(self, part: str, cpus: float) -> None:
        """From now on it has its quota, and the weight of everybody."""
        folder = self._parts[part]
        self._limit(folder, cpus)
        file, _, usual = _FILES[self.version]
        (folder / file).write_text(usual, encoding="ascii")

    def close(self, part: str) -> None:
        """Remove the group of a part whose processes are gone."""
        remove_control_group(self._parts.pop(part))

    def close_all(self) -> None:
        for part, folder in list(self._parts.items()):
            for pid in (folder / "cgroup.procs").read_text(encoding="ascii").split():
                with suppress(ProcessLookupError):  # it has ended meanwhile
                    (self.group.parent / "cgroup.procs").write_text(pid, encoding="ascii")
            self.close(part)

    def _limit(self, folder: Path, cpus: float | None) -> None:
        if self.version == 2:  # noqa: PLR2004 - a version
            quota_us, period_us = ("max", PERIOD_US) if cpus is None else quota_and_period_us(cpus)
            (folder / "cpu.max").write_text(f"{quota_us} {period_us}", encoding="ascii")
            return
        file = folder / "cpu.cfs_quota_us"
        file.write_text("-1", encoding="ascii")  # or the kernel may refuse the period
        if cpus is not None:
            quota_us, period_us = quota_and_period_us(cpus)
            (folder / "cpu.cfs_period_us").write_text(f"{period_us}", encoding="ascii")
            file.write_text(f"{quota_us}", encoding="ascii")


def quota_and_period_us(cpus: float) -> tuple[int, int]:
    """The usual period; a longer one where the quota would be less than the kernel allows."""
    quota_us = max(round(cpus * PERIOD_US), LEAST_QUOTA_US)
    return quota_us, round(quota_us / cpus)
