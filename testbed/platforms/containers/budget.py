"""The budget of a deployment of containers: a control group around those that the engine makes."""

import os
import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from experiment.store import Budget
from testbed import procfs
from testbed.janitor import Belongings, remove_control_group
from testbed.platforms.containers.casting import Placement
from testbed.platforms.division import SHARED, Division
from testbed.platforms.machine import limits
from testbed.platforms.machine.control_groups import CONTROLLERS, Place, parse_mounts
from testbed.platforms.machine.easing import Easing
from testbed.platforms.machine.limits import NOT_LIMITED, Limits
from testbed.platforms.machine.spread import Spread

CGROUPFS = "cgroupfs"
_MOUNTINFO = Path("/proc/self/mountinfo")


@dataclass(frozen=True)
class ContainerBudget:
    """Where the containers of one deployment run, and within what."""

    name: str
    """Of the group around them."""
    spread: Spread
    limits: Limits
    easing: Easing
    is_held_under_load_only: bool = False

    @property
    def division(self) -> Division:
        return self.limits.division

    @property
    def is_divided(self) -> bool:
        return self.limits.is_divided or self.division.among == "instances"

    @property
    def says(self) -> Mapping[str, str]:
        return {**self.limits.says, "cores": self.spread.says}

    def under_load(self) -> AbstractContextManager[None]:
        return self.easing.held() if self.is_held_under_load_only else nullcontext()

    def of_instance(self, role: str, name: str, *, is_starting: bool) -> Placement:
        """As on platform local: an instance with a quota of its own starts with that of a start."""
        own = self.division.quotas.get(role) if self.division.among == "instances" else None
        cpus = self.division.start_cpus if is_starting and own is not None else own
        return Placement(self.spread.of_instance(name), self._group(self._part(role)), cpus=cpus)

    def of_shared(self) -> Placement:
        """Of edge and database."""
        return Placement(self.spread.of_shared, self._group(SHARED))

    def of_outsider(self) -> Placement:
        """Neither in the budget nor on the store's cores."""
        return Placement(self.spread.cores.generator)

    def hold(self, role: str) -> None:
        """Instances of the role serve: a slice of its own has its quota from now on."""
        if self.limits.slices is not None and self.division.among == "roles":
            self.limits.slices.hold(role, self.division.quotas[role])

    def hold_shared(self) -> None:
        self.limits.hold_shared()

    def remove(self) -> None:
        """The containers are gone: remove what the engine has left of the groups."""
        self.limits.remove()
        for group in _folders(self.name):
            remove_control_group(group)

    def _part(self, role: str) -> str | None:
        return role if self.division.among == "roles" else None

    def _group(self, part: str | None) -> str | None:
        if not self.limits.groups:
            return None
        if part is None or self.limits.slices is None:
            return f"/{self.name}"
        self.limits.slices.open(part)
        return f"/{self.name}/{part}"


def set_up(
    budget: Budget | None,
    division: Division,
    spread: Spread,
    belongings: Belongings,
    *,
    held_under_load_only: bool,
    groups_by: str,
) -> ContainerBudget:
    """Groups at the top, where the engine looks for them; ``says`` tells where that cannot be.

    ``groups_by``: who makes the control groups of containers.
    """
    name = f"twinstack-{secrets.token_hex(4)}"
    for folder in _folders(name):
        belongings.control_group(folder)
    made = limits.set_up(
        budget,
        belongings,
        candidates=_at_the_top if groups_by == CGROUPFS else list,
        division=division,
        name=name,
    )
    if budget is not None and groups_by != CGROUPFS:
        _say_without_groups(made, groups_by)
    is_divided = division.among != "nobody"
    if is_divided and made.groups:
        made.says["cpu"] += "; each part by a quota, the whole by their sum"
    easing = Easing(made.groups if is_divided or held_under_load_only else ())
    if held_under_load_only:
        made.says["cpu"] += easing.says
    return ContainerBudget(name, spread, made, easing, held_under_load_only and not is_divided)


def _say_without_groups(made: Limits, groups_by: str) -> None:
    reason = f"{NOT_LIMITED}: {groups_by} makes the groups of containers, and takes none of ours"
    made.says.update(dict.fromkeys(CONTROLLERS, reason))
    if made.division.among == "instances":
        made.says["cpu"] = "each instance by a quota of the engine; edge and database not limited"


def _at_the_top() -> list[Place]:
    mounts = parse_mounts(_MOUNTINFO.read_text(encoding="utf-8"))
    return [
        Place(mount.point, 1, mount.controllers)
        if mount.kind == "cgroup"
        else Place(mount.point, 2, frozenset(CONTROLLERS))
        for mount in mounts
        if os.access(mount.point, os.W_OK)
    ]


def _folders(name: str) -> list[Path]:
    """The engine makes a group in every hierarchy, whatever it is asked to limit."""
    return [mount / name for mount in procfs.control_group_mounts()]
