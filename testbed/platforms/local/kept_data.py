"""Data directories of PostgreSQL with sample data in them, kept between runs.

They are in the user's state folder, each under a key that stands for all that it depends on. One is
made under another name and renamed when all of it is on the disk, so that a kill at any moment
leaves a whole one or none. A lock keeps those who copy apart from those who make or remove; who
does not get it goes without.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

from experiment.record import write_whole
from testbed.sources import digest

FOLDER = "databases"
"""In the state folder."""
AT_MOST = 4
"""Kept at a time; the one that was used longest ago goes."""
LARGEST_MIB = 512
"""Larger ones are not kept."""
_LOCK = "lock"
_FACTS = "facts.json"
_DATA = "data"
_MIB = 2**20


def key_of(facts: Mapping[str, object]) -> str:
    """Another one for any other fact."""
    return digest(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS))[:32]


class KeptData:
    """Those in ``folder``. ``mark``: environment of processes that work for us."""

    def __init__(self, folder: Path, mark: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = {**os.environ, **mark}

    def copy(self, key: str, to: Path) -> str | None:
        """Make ``to`` a copy of the one with this key; the superuser's password, or None.

        None, and no ``to``, where there is none that is whole, or they are another user's.
        """
        kept = self._folder / key
        try:
            if not kept.is_dir():
                return None
            with self._locked(fcntl.LOCK_SH) as has_lock:
                return self._copy_whole(kept, to) if has_lock and kept.is_dir() else None
        except OSError:
            return None

    def _copy_whole(self, kept: Path, to: Path) -> str | None:
        """A damaged one is left: ``keep`` replaces it."""
        try:
            facts = orjson.loads((kept / _FACTS).read_bytes())
            self._run("cp", "--archive", str(kept / _DATA), str(to))
            if _size(to) == (facts["files"], facts["bytes"]):
                os.utime(kept)
                return str(facts["password"])
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError):
            pass
        shutil.rmtree(to, ignore_errors=True)
        return None

    def keep(self, key: str, data: Path, password: str) -> bool:
        """Whether a copy of a stopped server's data is kept now; OSError says why it cannot be."""
        files, size_bytes = _size(data)
        if size_bytes > LARGEST_MIB * _MIB:
            return False
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked(fcntl.LOCK_EX) as has_lock:
            if not has_lock:
                return False
            self._remove_unfinished()
            facts = {"password": password, "files": files, "bytes": size_bytes}
            self._make(self._folder / key, data, facts)
            for old in self._by_use()[:-AT_MOST]:
                shutil.rmtree(old)
            return True

    def _make(self, kept: Path, data: Path, facts: Mapping[str, object]) -> None:
        making = self._folder / f"making-{secrets.token_hex(4)}"
        try:
            making.mkdir(mode=0o700)
            self._run("cp", "--archive", str(data), str(making / _DATA))
            write_whole(making / _FACTS, orjson.dumps(facts))
            self._run("sync", "--file-system", str(making))
            if kept.exists():
                shutil.rmtree(kept)
            making.rename(kept)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def clean(self) -> list[str]:
        """Remove all of them; says so, or why it cannot."""
        try:
            return self._clean()
        except OSError as error:
            return [f"The kept sample data in {self._folder} stay: {error.strerror or error}."]

    def _clean(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        with self._locked(fcntl.LOCK_EX) as has_lock:
            if not has_lock:
                return [f"The kept sample data in {self._folder} are in use and stay."]
            self._remove_unfinished()
            kept = self._by_use()
            size_mib = sum(_size(each)[1] for each in kept) / _MIB
            for each in kept:
                shutil.rmtree(each)
        if not kept:
            return []
        copies = "1 kept copy" if len(kept) == 1 else f"{len(kept)} kept copies"
        return [f"Removed {copies} of sample data ({size_mib:,.0f} MiB)."]

    def _by_use(self) -> list[Path]:
        """The latest used one last."""
        kept = [each for each in self._folder.iterdir() if each.is_dir()]
        return sorted(kept, key=lambda each: each.stat().st_mtime_ns)

    def _remove_unfinished(self) -> None:
        """What somebody left who was killed: nobody else makes any while we have the lock."""
        for each in self._folder.glob("making-*"):
            shutil.rmtree(each, ignore_errors=True)

    @contextmanager
    def _locked(self, how: int) -> Iterator[bool]:
        """Whether we have the lock; the kernel gives it back, however we end."""
        with (self._folder / _LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=self._environment
        )
        if done.returncode != 0:
            raise OSError(done.stderr.strip() or f"{command[0]} failed")


def _size(folder: Path) -> tuple[int, int]:
    """Files in it, and their bytes."""
    sizes = [
        os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - thousands: pathlib is slower
        for place, _, names in os.walk(folder)
        for name in names
    ]
    return len(sizes), sum(sizes)
