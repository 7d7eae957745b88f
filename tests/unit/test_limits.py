from pathlib import Path

import pytest

from experiment.errors import RunError
from experiment.store import Budget
from testbed.janitor import Belongings
from testbed.platforms.division import Division
from testbed.platforms.machine import limits
from testbed.platforms.machine.control_groups import Place

BUDGET = Budget(cpus=1.5, memory_mb=512)


@pytest.fixture
def belongings(tmp_path: Path) -> Belongings:
    return Belongings(tmp_path / "state")


def test_no_budget_is_no_limit(belongings: Belongings) -> None:
    made = limits.set_up(None, belongings)
    assert made.joins("carts", "carts-1") == []
    assert made.says["cpu"] == "no limit wanted"


def test_version_1_gets_a_group_per_hierarchy(tmp_path: Path, belongings: Belongings) -> None:
    for name in ("cpu", "memory"):
        (tmp_path / name).mkdir()
    candidates = [
        Place(tmp_path / "cpu", 1, frozenset({"cpu"})),
        Place(tmp_path / "memory", 1, frozenset({"memory"})),
    ]
    cpu, memory = limits.set_up(BUDGET, belongings, lambda: candidates).groups
    assert (cpu / "cpu.cfs_quota_us").read_text() == "15000"
    assert (cpu / "cpu.cfs_period_us").read_text() == "10000"
    assert (memory / "memory.limit_in_bytes").read_text() == str(512 * 2**20)


def test_version_2_gets_one_group_for_both(tmp_path: Path, belongings: Belongings) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu")
    candidates = [Place(tmp_path, 2, frozenset({"cpu", "memory"}))] * 2
    (group,) = limits.set_up(BUDGET, belongings, lambda: candidates).groups
    assert (group / "cpu.max").read_text() == "15000 10000"
    assert (group / "memory.max").read_text() == str(512 * 2**20)
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory"


def test_a_machine_without_control_groups_is_said_to_be_unlimited(belongings: Belongings) -> None:
    made = limits.set_up(BUDGET, belongings, list)
    assert made.shared_joins == []
    assert set(made.says.values()) == {"not limited: no such control groups here"}


def test_a_place_that_refuses_is_named_and_leaves_nothing_behind(
    tmp_path: Path, belongings: Belongings
) -> None:
    candidates = [Place(tmp_path / "gone", 1, frozenset({"cpu", "memory"}))]
    made = limits.set_up(BUDGET, belongings, lambda: candidates)
    assert made.groups == []
    assert made.says["cpu"].startswith("not limited: No such file or directory")
    assert str(tmp_path / "gone") in made.says["cpu"]


def test_a_refused_place_gives_way_to_the_next_one(tmp_path: Path, belongings: Belongings) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory")
    both = frozenset({"cpu", "memory"})
    candidates = [Place(tmp_path / "gone", 2, both), Place(tmp_path, 2, both)]
    made = limits.set_up(BUDGET, belongings, lambda: candidates)
    assert made.says == {
        "cpu": "1.5 CPUs, period 10 ms (control groups version 2)",
        "memory": "512 MiB (control groups version 2)",
    }


def test_a_divided_budget_has_a_group_for_each_instance_within_that_of_the_whole(
    tmp_path: Path, belongings: Belongings
) -> None:
    for name in ("cpu", "memory"):
        (tmp_path / name).mkdir()
    candidates = [
        Place(tmp_path / "cpu", 1, frozenset({"cpu"})),
        Place(tmp_path / "memory", 1, frozenset({"memory"})),
    ]
    division = Division("instances", {"carts": 0.3}, shared_cpus=0.2, start_cpus=0.5)
    made = limits.set_up(BUDGET, belongings, lambda: candidates, division)
    cpu, memory = made.groups

    own, whole = made.joins("carts", "carts-2")
    assert own == cpu / "carts-2" / "cgroup.procs"
    assert whole == memory / "cgroup.procs"
    assert (cpu / "carts-2" / "cpu.cfs_quota_us").read_text() == "25000"
    made.hold("carts", "carts-2", pids=[77])
    assert (cpu / "carts-2" / "cgroup.procs").read_text() == "77"
    assert (cpu / "carts-2" / "cpu.cfs_quota_us").read_text() == "15000"
    assert made.shared_joins[0] == cpu / "shared" / "cgroup.procs"
    made.hold_shared()
    assert (cpu / "shared" / "cpu.cfs_quota_us").read_text() == "10000"
    assert "divided among instances" in made.says["cpu"]


def test_an_instance_of_a_slice_starts_in_it_and_gets_no_more(
    tmp_path: Path, belongings: Belongings
) -> None:
    (tmp_path / "cpu").mkdir()
    place = Place(tmp_path / "cpu", 1, frozenset({"cpu"}))
    division = Division("roles", {"carts": 0.3}, shared_cpus=0.2)
    made = limits.set_up(BUDGET, belongings, lambda: [place], division)
    (group,) = made.groups
    made.hold("carts", "carts-1", pids=[77])

    assert made.joins("carts", "carts-2") == [group / "carts" / "cgroup.procs"]
    assert (group / "carts" / "cpu.cfs_quota_us").read_text() == "15000"


COUNTERS = [
    (1, "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill {}\n"),
    (2, "memory.events", "low 0\noom 4\noom_kill {}\noom_group_kill 0\n"),
]


@pytest.mark.parametrize(("version", "file", "content"), COUNTERS)
def test_a_store_that_the_kernel_kills_while_it_starts_names_the_setting(
    tmp_path: Path, belongings: Belongings, version: int, file: str, content: str
) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory")
    place = Place(tmp_path, version, frozenset({"memory"}))
    made = limits.set_up(BUDGET, belongings, lambda: [place])
    (made.groups[0] / file).write_text(content.format(3), encoding="ascii")
    said = "memory_mb = 512 is too little: the kernel killed .* Envoy ended"
    with pytest.raises(RunError, match=said), made.blamed(BUDGET):
        raise RunError("Envoy ended with status -9.")
    (made.groups[0] / file).write_text(content.format(0), encoding="ascii")
    with pytest.raises(RunError, match=r"^Envoy ended"), made.blamed(BUDGET):
        raise RunError("Envoy ended with status -9.")
