"""Where this machine lets us make control groups: pure reading of what the kernel shows."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

CONTROLLERS = ("cpu", "memory")


@dataclass(frozen=True)
class Mount:
    """One line of ``/proc/self/mountinfo`` that concerns control groups."""

    root: str
    """The part of the hierarchy that is mounted here; ``/`` outside of containers."""
    point: Path
    kind: Literal["cgroup", "cgroup2"]
    controllers: frozenset[str]
    """Of version 1; version 2 keeps them in files."""


def parse_mounts(mountinfo: str) -> list[Mount]:
    mounts = []
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        root, point = before.split(" ")[3:5]
        controllers = frozenset(options.split(",")) & frozenset(CONTROLLERS)
        if kind == "cgroup" and controllers:
            mounts.append(Mount(root, Path(point), "cgroup", controllers))
        elif kind == "cgroup2":
            mounts.append(Mount(root, Path(point), "cgroup2", frozenset()))
    return mounts


def parse_membership(text: str) -> dict[str, str]:
    """Own path by controller, from ``/proc/self/cgroup``; version 2 has the key ``""``."""
    membership = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        membership.update(dict.fromkeys(controllers.split(","), path))
    return membership


def own_folder(mount: Mount, path: str) -> Path:
    """Folder of the group with this path, seen from where the hierarchy is mounted."""
    inside = PurePosixPath(path)
    if inside.is_relative_to(mount.root):
        inside = inside.relative_to(mount.root)
    return mount.point / str(inside).lstrip("/")


@dataclass(frozen=True)
class Place:
    """A folder under which a group for these controllers can perhaps be made."""

    parent: Path
    version: Literal[1, 2]
    controllers: frozenset[str]


def places(mountinfo: str, membership: str) -> list[Place]:
    """Candidates, best first; what is permitted turns out on trying."""
    paths = parse_membership(membership)
    found = []
    for mount in parse_mounts(mountinfo):
        if mount.kind == "cgroup2":
            found += _places_of_version_2(mount, own_folder(mount, paths.get("", "/")))
        else:
            path = paths[min(mount.controllers)]  # controllers mounted together share their paths
            found.append(Place(own_folder(mount, path), 1, mount.controllers))
    return found


def _places_of_version_2(mount: Mount, own: Path) -> list[Place]:
    """Our group holds processes, so that it may not distribute; some ancestor of it may."""
    ancestors = [folder for folder in (own, *own.parents) if folder.is_relative_to(mount.point)]
    found = [Place(folder, 2, _distributable(folder)) for folder in ancestors]
    useful = [place for place in found if place.controllers]
    return sorted(useful, key=lambda place: -len(place.controllers))


def _distributable(folder: Path) -> frozenset[str]:
    """Controllers that children of this group have, or could have under the true root."""
    is_root = not (folder / "cgroup.type").exists()
    source = "cgroup.controllers" if is_root else "cgroup.subtree_control"
    try:
        listed = (folder / source).read_text(encoding="ascii").split()
    except OSError:
        return frozenset()
    return frozenset(listed) & frozenset(CONTROLLERS)
