"""Where containers run, and within which limits."""

from pathlib import Path

import pytest

from experiment.store import Budget, CoreUse
from scaling.room import Room
from testbed.janitor import Belongings
from testbed.platforms.containers import budget
from testbed.platforms.containers.budget import ContainerBudget
from testbed.platforms.division import Division
from testbed.platforms.machine.affinity import Cores, split
from testbed.platforms.machine.spread import Spread

CORES = Cores(store=frozenset({0}), generator=frozenset({1}))
BUDGET = Budget(cpus=0.8, memory_mb=512)
OF_INSTANCES = Division("instances", {"catalog": 0.2}, 0.3, Room(), start_cpus=0.5)


def _budget(
    tmp_path: Path,
    division: Division | None = None,
    cores: Cores = CORES,
    use: CoreUse = "shared",
) -> ContainerBudget:
    """On an engine that takes no control group of ours."""
    return budget.set_up(
        BUDGET,
        division or Division(),
        Spread(use, cores),
        Belongings(tmp_path),
        held_under_load_only=False,
        groups_by="systemd",
    )


def test_store_and_outsiders_have_cores_of_their_own(tmp_path: Path) -> None:
    limited = _budget(tmp_path)
    assert limited.of_instance("catalog", "catalog-1", is_starting=True).cores == {0}
    assert limited.of_shared().cores == {0}
    assert limited.of_outsider().cores == {1}


def test_an_instance_starts_on_the_stores_cores_under_the_quota_of_a_start(tmp_path: Path) -> None:
    limited = _budget(tmp_path, OF_INSTANCES)
    starting = limited.of_instance("catalog", "catalog-1", is_starting=True)
    assert (starting.cores, starting.cpus) == ({0}, 0.5)
    serving = limited.of_instance("catalog", "catalog-1", is_starting=False)
    assert (serving.cores, serving.cpus) == ({0}, 0.2)


def test_containers_get_cores_of_their_own_as_processes_do(tmp_path: Path) -> None:
    limited = _budget(tmp_path, OF_INSTANCES, split(range(4)), "own")
    serving = [limited.of_instance("catalog", f"catalog-{n}", is_starting=False) for n in (1, 2, 3)]
    assert [place.resources["CpusetCpus"] for place in serving] == ["1", "2", "1"]
    assert limited.of_instance("catalog", "catalog-2", is_starting=True).cores == {2}
    assert (limited.of_shared().cores, limited.of_outsider().cores) == ({0}, {3})
    assert limited.says["cores"].startswith("edge and databases on core 0, instances one after")


def test_a_pooled_budget_without_a_group_is_told_to_be_not_limited(tmp_path: Path) -> None:
    says = _budget(tmp_path).says
    assert says["cpu"] == says["memory"]
    assert says["cpu"].startswith("not limited: systemd makes the groups of containers")


@pytest.mark.parametrize(("among", "is_divided"), [("instances", True), ("roles", False)])
def test_quotas_of_instances_take_no_group(
    tmp_path: Path,
    among: str,
    is_divided: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    division = Division(among, {"catalog": 0.2}, 0.3)  # type: ignore[arg-type]
    assert _budget(tmp_path, division).is_divided == is_divided


def test_every_group_that_the_engine_may_leave_is_on_record_before(tmp_path: Path) -> None:
    limited = _budget(tmp_path)
    (record,) = tmp_path.glob("*.jsonl")
    assert record.read_text().count(f"/{limited.name}") >= 1
