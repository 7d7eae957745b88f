from pathlib import Path

from testbed.platforms.machine.control_groups import (
    Mount,
    Place,
    own_folder,
    parse_membership,
    parse_mounts,
    places,
)

VERSION_1 = """\
30 25 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
32 30 0:28 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
33 30 0:29 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
"""
VERSION_1_MEMBERSHIP = "3:memory:/a/b\n2:cpu,cpuacct:/\n1:pids:/x\n0::/\n"


def _group(folder: Path, *, controllers: str = "", distributes: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "cgroup.controllers").write_text(controllers)
    (folder / "cgroup.subtree_control").write_text(distributes)
    return folder


def _version_2(mount: Path) -> str:
    return f"30 25 0:26 / {mount} rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"


def test_version_1_has_a_place_per_mounted_hierarchy_under_our_own_group() -> None:
    assert places(VERSION_1, VERSION_1_MEMBERSHIP) == [
        Place(Path("/sys/fs/cgroup/cpu,cpuacct"), 1, frozenset({"cpu"})),
        Place(Path("/sys/fs/cgroup/memory/a/b"), 1, frozenset({"memory"})),
    ]


def test_mounts_of_other_controllers_and_file_systems_are_left_out() -> None:
    assert [mount.point.name for mount in parse_mounts(VERSION_1)] == ["cpu,cpuacct", "memory"]


def test_membership_names_our_group_for_each_controller() -> None:
    membership = parse_membership(VERSION_1_MEMBERSHIP)
    assert (membership["cpu"], membership["cpuacct"], membership["memory"]) == ("/", "/", "/a/b")


def test_in_a_container_the_path_is_seen_from_the_mounted_part() -> None:
    mount = Mount("/docker/abc", Path("/sys/fs/cgroup/memory"), "cgroup", frozenset({"memory"}))
    assert own_folder(mount, "/docker/abc/inner") == Path("/sys/fs/cgroup/memory/inner")


def test_version_2_prefers_the_nearest_ancestor_that_distributes_both(tmp_path: Path) -> None:
    root = _group(tmp_path / "cgroup", controllers="cpu memory io")
    slice_ = _group(root / "user.slice", distributes="cpu memory pids")
    (slice_ / "cgroup.type").touch()
    session = _group(slice_ / "session.scope", distributes="memory")
    (session / "cgroup.type").touch()
    found = places(_version_2(root), "0::/user.slice/session.scope\n")
    assert [(place.parent, place.controllers) for place in found] == [
        (slice_, {"cpu", "memory"}),
        (root, {"cpu", "memory"}),
        (session, {"memory"}),
    ]


def test_without_control_groups_there_is_no_place() -> None:
    assert places("30 25 0:26 / /tmp rw - tmpfs tmpfs rw\n", "") == []
