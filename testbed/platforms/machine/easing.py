"""A CPU budget that holds under load only: a store starts and is audited with all CPU time.

A probe of a search asks what a budget bears, not how long a start takes in it; with a fifth of a
CPU ten services take a minute, and a search has dozens of probes.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testbed.platforms.machine.slices import PERIOD_US

SAYS = ", under load only"

_LIFTED = {"cpu.max": f"max {PERIOD_US}", "cpu.cfs_quota_us": "-1"}
"""By file, of version 2 and 1 of control groups, what means no limit."""


@dataclass(frozen=True)
class _Quota:
    file: Path
    held: str
    """What stands in the file while the budget holds."""

    @property
    def lifted(self) -> str:
        return _LIFTED[self.file.name]


class Easing:
    """The CPU quotas of some control groups, lifted from now on but for the time they are held."""

    def __init__(self, groups: Iterable[Path]) -> None:
        files = (group / name for group in groups for name in _LIFTED)
        self._quotas = [_Quota(file, file.read_text("ascii")) for file in files if file.exists()]
        self._lift()

    @property
    def says(self) -> str:
        """What it adds to the limits on record; empty when there is nothing to lift."""
        return SAYS if self._quotas else ""

    @contextmanager
    def held(self) -> Iterator[None]:
        """The quotas are in force inside."""
        for quota in self._quotas:
            quota.file.write_text(quota.held, encoding="ascii")
        try:
            yield
        finally:
            self._lift()

    def _lift(self) -> None:
        for quota in self._quotas:
            quota.file.write_text(quota.lifted, encoding="ascii")
