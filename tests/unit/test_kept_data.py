"""Kept data directories, without a database server: a folder is copied like any other."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from testbed.platforms.local import kept_data
from testbed.platforms.local.kept_data import AT_MOST, KeptData, key_of

KILLED_WHILE_KEEPING = """
import os, signal, sys
from pathlib import Path
from testbed.platforms.local.kept_data import KeptData

class Killed(KeptData):
    def _run(self, *command):
        if command[0] == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)
        super()._run(*command)

Killed(Path(sys.argv[1]), {}).keep("key", Path(sys.argv[2]), "secret")
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "base" / "1").mkdir(parents=True)
    (folder / "PG_VERSION").write_text("18\n")
    (folder / "base" / "1" / "1259").write_bytes(bytes(8192))
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> KeptData:
    return KeptData(tmp_path / "kept", {})


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_copy_is_what_was_kept(kept: KeptData, data: Path, tmp_path: Path) -> None:
    assert kept.keep("key", data, "secret")
    assert kept.copy("key", tmp_path / "copy") == "secret"
    assert _files(tmp_path / "copy") == _files(data)


def test_of_another_key_there_is_no_copy(kept: KeptData, data: Path, tmp_path: Path) -> None:
    kept.keep("key", data, "secret")
    assert kept.copy("other", tmp_path / "copy") is None
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("name", ["data/PG_VERSION", "data/base/1/1259", "facts.json"])
def test_a_damaged_one_is_not_used_and_the_next_start_replaces_it(
    name: str, kept: KeptData, data: Path, tmp_path: Path
) -> None:
    kept.keep("key", data, "secret")
    (tmp_path / "kept" / "key" / name).unlink()
    assert kept.copy("key", tmp_path / "copy") is None
    assert not (tmp_path / "copy").exists()
    assert kept.keep("key", data, "new")
    assert kept.copy("key", tmp_path / "copy") == "new"


@pytest.mark.parametrize("moment", ["cp", "sync"])
def test_a_kill_in_the_middle_leaves_nothing_that_is_used(
    moment: str, kept: KeptData, data: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED_WHILE_KEEPING, tmp_path / "kept", data, moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert kept.copy("key", tmp_path / "copy") is None
    assert kept.keep("key", data, "secret")
    assert {each.name for each in (tmp_path / "kept").iterdir()} == {"key", "lock"}
    assert kept.copy("key", tmp_path / "copy") == "secret"


@pytest.mark.parametrize(("others", "copied"), [(fcntl.LOCK_EX, None), (fcntl.LOCK_SH, "secret")])
def test_two_at_once_do_not_wait_for_each_other(
    others: int, copied: str | None, kept: KeptData, data: Path, tmp_path: Path
) -> None:
    kept.keep("key", data, "secret")
    with (tmp_path / "kept" / "lock").open("ab") as lock:
        fcntl.flock(lock, others)
        assert kept.copy("key", tmp_path / "copy") == copied
        assert not kept.keep("other", data, "secret")
        assert kept.clean() == [f"The kept sample data in {tmp_path / 'kept'} are in use and stay."]
    assert kept.copy("key", tmp_path / "another copy") == "secret"


def test_the_one_that_was_used_longest_ago_makes_room(
    kept: KeptData, data: Path, tmp_path: Path
) -> None:
    for number in range(AT_MOST):
        kept.keep(f"{number}", data, "secret")
        os.utime(tmp_path / "kept" / f"{number}", (number, number))
    kept.copy("0", tmp_path / "copy")
    kept.keep("new", data, "secret")
    left = {each.name for each in (tmp_path / "kept").iterdir()}
    assert left == {"lock", "new", "0", *map(str, range(2, AT_MOST))}


def test_what_is_too_large_is_not_kept(
    kept: KeptData, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_data, "LARGEST_MIB", 0)
    assert not kept.keep("key", data, "secret")
    assert kept.copy("key", tmp_path / "copy") is None


def test_all_are_removed_on_request(kept: KeptData, data: Path, tmp_path: Path) -> None:
    assert kept.clean() == []
    kept.keep("key", data, "secret")
    assert kept.clean() == ["Removed 1 kept copy of sample data (0 MiB)."]
    assert kept.copy("key", tmp_path / "copy") is None
    assert kept.clean() == []


class _OfAnotherUser(KeptData):
    """For root nothing is another user's, so the kernel's answer is told here."""

    def _locked(self, how: int) -> AbstractContextManager[bool]:
        raise PermissionError(errno.EACCES, "Permission denied", "lock")


def test_one_goes_without_those_of_another_user(kept: KeptData, data: Path, tmp_path: Path) -> None:
    kept.keep("key", data, "secret")
    theirs = _OfAnotherUser(tmp_path / "kept", {})
    assert theirs.copy("key", tmp_path / "copy") is None
    assert theirs.clean() == [
        f"The kept sample data in {tmp_path / 'kept'} stay: Permission denied."
    ]
    assert kept.copy("key", tmp_path / "copy") == "secret"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_one_goes_without_a_folder_that_nobody_may_look_into(
    kept: KeptData, data: Path, tmp_path: Path
) -> None:
    kept.keep("key", data, "secret")
    (tmp_path / "kept").chmod(0)
    said = kept.copy("key", tmp_path / "copy"), len(kept.clean())
    (tmp_path / "kept").chmod(0o700)
    assert said == (None, 1)


def test_others_may_not_look_into_them(kept: KeptData, data: Path, tmp_path: Path) -> None:
    kept.keep("key", data, "secret")
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
    assert (tmp_path / "kept" / "key").stat().st_mode & 0o077 == 0


def test_any_other_fact_is_another_key() -> None:
    facts = {"sample": {"products": 200}, "architecture": "monolith"}
    assert key_of(facts) == key_of(dict(reversed(facts.items())))
    assert key_of(facts) != key_of({**facts, "sample": {"products": 201}})
    assert key_of(facts) != key_of({**facts, "architecture": "microservices"})
