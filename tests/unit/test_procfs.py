import os
import subprocess
import sys

from testbed import procfs
from testbed.procfs import ProcessStat, parse_stat

LINE = "42 (a b) c) S 7 42 42 0 -1 4194304 1 2 3 4 100 50 25 25 20 0 9 0 123456 1 2 3"


def test_a_name_with_brackets_and_spaces_is_no_obstacle() -> None:
    stat = parse_stat(LINE)
    assert (stat.pid, stat.state, stat.parent, stat.started) == (42, "S", 7, 123456)


def test_cpu_time_counts_the_children_that_were_waited_for() -> None:
    assert parse_stat(LINE).cpu_s == 200 / os.sysconf("SC_CLK_TCK")


def test_a_tree_is_a_process_with_all_its_descendants() -> None:
    parents = {1: 0, 2: 1, 3: 2, 4: 1, 5: 9, 9: 0}
    processes = {pid: ProcessStat(pid, "S", parent, 0, 0.0) for pid, parent in parents.items()}
    assert [stat.pid for stat in procfs.tree(processes, 1)] == [1, 2, 4, 3]
    assert procfs.tree(processes, 77) == []


def test_a_process_with_a_recycled_id_is_not_the_one_that_was_meant() -> None:
    stat = procfs.read_stat(os.getpid())
    assert stat is not None
    assert procfs.is_alive(stat.pid, stat.started)
    assert not procfs.is_alive(stat.pid, stat.started - 1)


def test_a_process_that_nobody_has_waited_for_yet_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL) as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        stat = procfs.read_stat(child.pid)
        assert stat is not None
        assert not procfs.is_alive(child.pid, stat.started)


def test_memory_of_a_process_that_is_gone_is_zero() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert procfs.memory_mb(child.pid) == 0
    assert procfs.memory_mb(os.getpid()) > 1
