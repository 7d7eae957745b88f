"""The budget of a deployment as control groups (version 1 or 2), where the machine permits."""

import errno
import secrets
import subprocess
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from experiment.errors import RunError
from experiment.store import Budget
from testbed.janitor import Belongings, remove_control_group
from testbed.platforms.division import SHARED, Division
from testbed.platforms.machine.control_groups import CONTROLLERS, Place, places
from testbed.platforms.machine.slices import PART_PERIOD_US, PERIOD_US, Slices, members, move

NOT_LIMITED = "not limited"
_MIB = 2**20
_UNIFIED = 2


@dataclass
class Limits:
    """The control groups of one deployment; ``says`` goes into the record."""

    says: dict[str, str] = field(default_factory=dict)
    groups: list[Path] = field(default_factory=list)
    division: Division = field(default_factory=Division)
    slices: Slices | None = None
    """None: the whole is not divided, or cannot be."""

    @property
    def is_divided(self) -> bool:
        return self.slices is not None

    def joins(self, role: str, instance: str) -> list[Path]:
        """Files to which an instance writes its id before it starts.

        Its part has the quota of a start from now on; a slice keeps the one that it has.
        """
        part = self.division.part_of(role, instance)
        if self.slices is None or part is None:
            return self._joins(None)
        if self.division.start_cpus is not None:
            self.slices.hold(part, self.division.start_cpus)
        return self._joins(self.slices.open(part))

    @property
    def shared_joins(self) -> list[Path]:
        """The same for edge and database."""
        return self._joins(None if self.slices is None else self.slices.open(SHARED))

    def _joins(self, own: Path | None) -> list[Path]:
        """``own``: the group to be joined in place of the one that limits CPU."""
        groups = [
            own
            if self.slices is not None and own is not None and group == self.slices.group
            else group
            for group in self.groups
        ]
        return [group / "cgroup.procs" for group in groups]

    def take_in(self, pids: Collection[int]) -> None:
        """Move running processes of the database in; what they start later is in as well."""
        move(pids, self.shared_joins)

    def hold_shared(self) -> None:
        """Edge and database serve: they have their quota from now on."""
        if self.slices is not None and self.division.shared_cpus is not None:
            self.slices.hold(SHARED, self.division.shared_cpus)

    def hold(self, role: str, instance: str, pids: Collection[int]) -> None:
        """These processes of an instance have the quota of their part from now on."""
        part = self.division.part_of(role, instance)
        if self.slices is not None and part is not None:
            self.slices.hold(part, self.division.quotas[role], pids)

    def let_go(self, role: str, instance: str) -> None:
        """It is gone, and will not come back."""
        if self.slices is not None and self.division.part_of(role, instance) == instance:
            self.slices.close(instance)

    def killed(self) -> int:
        """Processes that the kernel killed because the memory of the groups was used up."""
        counted = (
            line.split()[1]
            for group in self.groups
            for name in ("memory.events", "memory.oom_control")
            # Those of containers, within the group, count for themselves in version 1.
            for file in (*group.glob(name), *group.glob(f"*/{name}"))
            for line in file.read_text(encoding="ascii").splitlines()
            if line.startswith("oom_kill ")
        )
        return sum(map(int, counted))

    @contextmanager
    def blamed(self, budget: Budget | None) -> Iterator[None]:
        """A store that does not come up because it has too little memory says so."""
        try:
            yield
        except RunError as error:
            if budget is None or not self.killed():
                raise
            raise RunError(
                f"budget.memory_mb = {budget.memory_mb:g} is too little: the kernel killed "
                f"processes of the store while it started. {error}"
            ) from error

    def remove(self) -> None:
        """Give back whoever is left to the parent groups, and remove the groups."""
        if self.slices is not None:
            self.slices.close_all()
        for group in self.groups:
            move(members(group), [group.parent / "cgroup.procs"])
            remove_control_group(group)
        self.groups.clear()


def _candidates() -> list[Place]:
    process = Path("/proc/self")
    return places(
        (process / "mountinfo").read_text(encoding="utf-8"),
        (process / "cgroup").read_text(encoding="utf-8"),
    )


def set_up(
    budget: Budget | None,
    belongings: Belongings,
    candidates: Callable[[], list[Place]] = _candidates,
    division: Division | None = None,
    name: str | None = None,
) -> Limits:
    """Groups called ``name`` that hold ``budget``; where one is not permitted, ``says`` tells why.

    None: any name that is free.
    """
    limits = Limits(division=division or Division())
    if budget is None:
        limits.says = dict.fromkeys(CONTROLLERS, "no limit wanted")
        return limits
    limits.says = dict.fromkeys(CONTROLLERS, f"{NOT_LIMITED}: no such control groups here")
    missing = set(CONTROLLERS)
    for place in candidates():
        wanted = missing & place.controllers
        try:
            group = _make(place, name, wanted, budget, belongings) if wanted else None
        except OSError as error:
            reason = f"{NOT_LIMITED}: {error.strerror} (in {place.parent})"
            limits.says.update(dict.fromkeys(wanted, reason))
            continue
        if group is not None:
            limits.groups.append(group)
            limits.says.update({c: _amount(c, budget, place) for c in wanted})
            # A process is in one group of version 2 only, so that there is no second chance.
            missing = missing - wanted if place.version == 1 else set()
            if "cpu" in wanted and limits.division.among != "nobody":
                _divide(limits, place, group, belongings)
    return limits


def _divide(limits: Limits, place: Place, group: Path, belongings: Belongings) -> None:
    if place.version == _UNIFIED:
        _distribute(group, {"cpu"})
    limits.slices = Slices(group, place.version, belongings)
    limits.says["cpu"] += (
        f", divided among {limits.division.among}, period of parts {PART_PERIOD_US / 1000:g} ms"
    )


def _make(
    place: Place, name: str | None, controllers: set[str], budget: Budget, belongings: Belongings
) -> Path:
    """A group that holds the budget and can be joined; OSError, and no group, where it cannot."""
    group = place.parent / (name or f"twinstack-{secrets.token_hex(4)}")
    belongings.control_group(group)
    group.mkdir()
    try:
        if place.version == _UNIFIED:
            _distribute(place.parent, controllers)
        for file, value in _settings(place.version, budget).items():
            if file.partition(".")[0] in controllers:
                (group / file).write_text(value, encoding="ascii")
        _require_entry(group)
    except OSError:
        group.rmdir()
        raise
    return group


def _settings(version: int, budget: Budget) -> dict[str, str]:
    """Values by file; the file's name starts with the controller's."""
    quota_us, memory_bytes = round(budget.cpus * PERIOD_US), round(budget.memory_mb * _MIB)
    if version == _UNIFIED:
        return {"cpu.max": f"{quota_us} {PERIOD_US}", "memory.max": f"{memory_bytes}"}
    return {
        "cpu.cfs_period_us": f"{PERIOD_US}",
        "cpu.cfs_quota_us": f"{quota_us}",
        "memory.limit_in_bytes": f"{memory_bytes}",
    }


def _distribute(parent: Path, controllers: set[str]) -> None:
    control = parent / "cgroup.subtree_control"
    lacking = controllers - set(control.read_text(encoding="ascii").split())
    if lacking:
        control.write_text(" ".join(f"+{name}" for name in sorted(lacking)), encoding="ascii")


def _require_entry(group: Path) -> None:
    """Let a process join as all will, since the kernel may refuse that after all else worked."""
    file = group / "cgroup.procs"
    tried = subprocess.run(
        ["/bin/sh", "-c", 'echo $$ > "$1"', "sh", str(file)], check=False, capture_output=True
    )
    if tried.returncode != 0:
        raise PermissionError(errno.EPERM, "no process may join", str(file))


def _amount(controller: str, budget: Budget, place: Place) -> str:
    amount = {
        "cpu": f"{budget.cpus:g} CPUs, period {PERIOD_US / 1000:g} ms",
        "memory": f"{budget.memory_mb:g} MiB",
    }
    return f"{amount[controller]} (control groups version {place.version})"
