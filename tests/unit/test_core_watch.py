from testbed.core_watch import CoreWatch
from testbed.cpu_times import CpuTimes
from testbed.platforms.machine.affinity import Cores

HZ = CpuTimes.PER_S


class Machine:
    """Three cores whose times a test sets."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.wall_s = 5_000.0
        self.idle_s = {0: 90.0, 1: 80.0, 2: 70.0}
        self.steal_s = dict.fromkeys(self.idle_s, 1.0)

    def times(self) -> dict[int, CpuTimes]:
        return {
            core: CpuTimes(busy=0, idle=round(HZ * idle_s), steal=round(HZ * self.steal_s[core]))
            for core, idle_s in self.idle_s.items()
        }

    def watch(self, cores: Cores | None) -> CoreWatch:
        return CoreWatch(
            cores, lambda: self.wall_s, lambda: self.now_s, self.times, own_cpu_s=lambda: 7.0
        )


def test_busy_is_what_is_neither_idle_nor_stolen_of_the_cores_of_a_side() -> None:
    rows = Machine().watch(Cores(frozenset({0, 1}), frozenset({2}))).read()
    assert rows["edge"] == {"cores_busy_s": 28.0, "cores_steal_s": 2.0}
    assert rows["generator"]["cores_busy_s"] == 29.0
    assert rows["generator"]["tool_cpu_s"] == 7.0


def test_the_clock_counts_from_when_the_watch_was_made() -> None:
    machine = Machine()
    watch = machine.watch(None)
    machine.now_s, machine.wall_s = 160.0, 5_060.0
    assert watch.read() == {"generator": {"clock_ms": 0.0}}
    machine.wall_s -= 0.25
    assert watch.read() == {"generator": {"clock_ms": -250.0}}


def test_times_of_this_machines_cores_go_on() -> None:
    first, then = CpuTimes.by_core(), CpuTimes.by_core()
    assert set(first) == set(then)
    assert all(then[core].total >= first[core].total > 0 for core in first)
