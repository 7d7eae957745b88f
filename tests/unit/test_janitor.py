import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from experiment.errors import RunError
from testbed import janitor, procfs
from testbed.janitor import Belongings
from testbed.sources import ROOT

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def _orphan(file: Path) -> None:
    """Make the record's owner somebody who is gone: our id, but started at another time."""
    owner, *others = file.read_bytes().splitlines(keepends=True)
    gone = {**orjson.loads(owner), "started": 1}
    file.write_bytes(orjson.dumps(gone) + b"\n" + b"".join(others))


def test_what_a_dead_owner_left_is_stopped_and_removed(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]"
) -> None:
    folder = tmp_path / "twinstack-0123abcd"
    folder.mkdir()
    record = Belongings(tmp_path / "state")
    record.process("sleeper", sleeper.pid, signal.SIGTERM)
    record.folder(folder)
    _orphan(record.file)
    said = janitor.clean(tmp_path / "state")
    assert said == [f"Stopped sleeper (process {sleeper.pid}).", f"Removed the folder {folder}."]
    assert sleeper.wait(timeout=1) == -signal.SIGTERM
    assert not folder.exists()
    assert not record.file.exists()


def test_what_stands_still_is_stopped_as_well(tmp_path: Path) -> None:
    """As a paused instance: two processes, neither of which notices a request to end."""
    record = Belongings(tmp_path / "state")
    family = f"import subprocess; print(subprocess.Popen({SLEEP!r}).pid, flush=True); {SLEEP[2]}"
    parent = subprocess.Popen(
        [sys.executable, "-c", family],
        start_new_session=True,
        stdout=subprocess.PIPE,
        env=os.environ | record.mark,
    )
    assert parent.stdout is not None
    child = procfs.read_stat(int(parent.stdout.readline()))
    assert child is not None
    record.process("parent", parent.pid, signal.SIGTERM)
    os.killpg(parent.pid, signal.SIGSTOP)
    _orphan(record.file)
    assert f"Stopped process {child.pid}." in janitor.clean(tmp_path / "state")
    assert parent.wait(timeout=1) == -signal.SIGTERM
    assert not procfs.is_alive(child.pid, child.started)
    parent.stdout.close()


def test_a_process_that_was_not_written_down_is_found_by_its_mark(tmp_path: Path) -> None:
    record = Belongings(tmp_path / "state")
    unwritten = subprocess.Popen(SLEEP, env=os.environ | record.mark)
    other = subprocess.Popen(SLEEP, env=os.environ | Belongings(tmp_path / "other").mark)
    _orphan(record.file)
    assert janitor.clean(tmp_path / "state") == [f"Stopped process {unwritten.pid}."]
    assert unwritten.wait(timeout=1) == -signal.SIGKILL
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_run_whose_owner_lives_is_left_alone(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]"
) -> None:
    record = Belongings(tmp_path / "state")
    record.process("sleeper", sleeper.pid, signal.SIGTERM)
    assert janitor.clean(tmp_path / "state") == []
    assert sleeper.poll() is None
    assert record.file.exists()


def test_another_process_that_got_a_recorded_id_is_not_touched(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]"
) -> None:
    record = Belongings(tmp_path / "state")
    record.process("sleeper", sleeper.pid, signal.SIGTERM)
    stat = procfs.read_stat(sleeper.pid)
    assert stat is not None
    before = f'"started":{stat.started}'.encode()
    record.file.write_bytes(record.file.read_bytes().replace(before, b'"started":2'))
    _orphan(record.file)
    assert janitor.clean(tmp_path / "state") == []
    assert sleeper.poll() is None


def test_process_ids_of_an_earlier_boot_mean_nothing(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]"
) -> None:
    record = Belongings(tmp_path / "state")
    record.process("sleeper", sleeper.pid, signal.SIGTERM)
    earlier = record.file.read_bytes().replace(procfs.boot_id().encode(), b"earlier")
    record.file.write_bytes(earlier)
    assert janitor.clean(tmp_path / "state") == []
    assert sleeper.poll() is None
    assert not record.file.exists()


def test_who_does_not_stop_when_asked_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(janitor, "STOP_WITHIN_S", 0.2)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); "
    process = subprocess.Popen(
        [sys.executable, "-c", deaf + SLEEP[2]], start_new_session=True, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    record = Belongings(tmp_path / "state")
    record.process("deaf", process.pid, signal.SIGTERM)
    _orphan(record.file)
    janitor.clean(tmp_path / "state")
    process.communicate(timeout=2)
    assert process.returncode == -signal.SIGKILL


def test_a_line_that_a_kill_cut_off_does_not_hide_the_others(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]"
) -> None:
    record = Belongings(tmp_path / "state")
    record.process("sleeper", sleeper.pid, signal.SIGTERM)
    _orphan(record.file)
    with record.file.open("ab") as file:
        file.write(b'{"kind":"fol')
    assert janitor.clean(tmp_path / "state") == [f"Stopped sleeper (process {sleeper.pid})."]


def test_an_owner_that_cleaned_up_leaves_no_record(tmp_path: Path) -> None:
    with Belongings(tmp_path / "state") as record:
        assert record.file.exists()
    assert not record.file.exists()


def test_a_state_directory_that_nobody_made_yet_is_clean(tmp_path: Path) -> None:
    assert janitor.clean(tmp_path / "state") == []


@pytest.mark.parametrize("damage", [b"\0\0\0", b"[]", b'{"kind":"folder"}'])
@pytest.mark.parametrize("place", ["the owner", "another line"])
def test_a_damaged_record_is_named_and_keeps_nothing_else_from_being_cleaned(
    tmp_path: Path, sleeper: "subprocess.Popen[bytes]", damage: bytes, place: str
) -> None:
    state, folder = tmp_path / "state", tmp_path / "twinstack-0123abcd"
    folder.mkdir()
    first, second = sorted([Belongings(state), Belongings(state)], key=lambda each: each.file)
    first.folder(folder)
    second.process("sleeper", sleeper.pid, signal.SIGTERM)
    for record in (first, second):
        _orphan(record.file)
    owner, *others = first.file.read_bytes().splitlines(keepends=True)
    before = [] if place == "the owner" else [owner]
    broken = state / "4194305-00000000.jsonl"  # no process has this id
    first.file.replace(broken)
    broken.write_bytes(b"".join([*before, damage + b"\n", *others]))
    aside = state / "4194305-00000000.jsonl.damaged"
    assert set(janitor.clean(state)) == {
        f"Removed the folder {folder}.",
        f"A record was damaged and is {aside} now: what 1 of its lines named may be left.",
        f"Stopped sleeper (process {sleeper.pid}).",
    }
    assert janitor.clean(state) == []
    assert list(state.iterdir()) == [aside]


def test_a_damaged_record_of_a_process_that_may_live_is_left_alone(tmp_path: Path) -> None:
    record = Belongings(tmp_path)
    _, *others = record.file.read_bytes().splitlines(keepends=True)
    record.file.write_bytes(b"".join([b"\0\n", *others]))
    (said,) = janitor.clean(tmp_path)
    assert said.startswith(f"The record {record.file} is damaged and is left")
    assert record.file.exists()
    assert janitor.living_owners(tmp_path) == []


@pytest.mark.parametrize("kind", ["folder", "control-group"])
@pytest.mark.parametrize("name", ["home", "twinstack", "my-twinstack-0123abcd", "twinstack-"])
def test_what_has_no_name_of_ours_is_not_removed(tmp_path: Path, kind: str, name: str) -> None:
    theirs = tmp_path / name
    theirs.mkdir()
    record = Belongings(tmp_path / "state")
    record._write(kind, path=str(theirs))
    _orphan(record.file)
    said = janitor.clean(tmp_path / "state")
    assert len(said) == 1
    assert said[0].startswith("A record was damaged")
    assert theirs.exists()


@pytest.mark.parametrize("path", ["{0}/twinstack-x/../theirs", "{0}/twinstack-1/theirs"])
def test_only_a_group_below_those_of_the_kernel_is_removed(tmp_path: Path, path: str) -> None:
    theirs = Path(path.format(tmp_path))
    (tmp_path / "twinstack-x").mkdir()
    theirs.mkdir(parents=True)
    record = Belongings(tmp_path / "state")
    record.control_group(theirs)
    _orphan(record.file)
    (said,) = janitor.clean(tmp_path / "state")
    assert said.startswith("A record was damaged")
    assert theirs.exists()


def test_what_cannot_be_removed_is_said_and_keeps_nothing_else_from_being_removed(
    tmp_path: Path,
) -> None:
    link, folder = tmp_path / "twinstack-00000001", tmp_path / "twinstack-00000002"
    link.symlink_to(tmp_path)
    folder.mkdir()
    record = Belongings(tmp_path / "state")
    record.folder(link)
    record.folder(folder)
    _orphan(record.file)
    said = janitor.clean(tmp_path / "state")
    assert len(said) == 2
    assert said[1] == f"Removed the folder {folder}."
    assert tmp_path.exists()
    assert record.file.exists()


def test_the_watchman_watches_in_a_folder_with_a_testbed_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "testbed").mkdir()
    (tmp_path / "testbed" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    with Belongings(tmp_path / "state") as record:
        record.folder(tmp_path / "twinstack-0123abcd")
        (tmp_path / "twinstack-0123abcd").mkdir()
        _orphan(record.file)
    assert not record.file.exists()
    assert not (tmp_path / "twinstack-0123abcd").exists()


def test_nothing_starts_without_a_watchman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(RunError, match="watchman"), Belongings(tmp_path):
        pytest.fail("it started")
    assert list(tmp_path.iterdir()) == []


def test_every_module_of_ours_is_started_without_the_users_folder_on_its_path() -> None:
    """A folder of the user's may hold a ``testbed``, ``loadtests`` or ``gunicorn`` of its own."""
    sources = [
        file
        for room in ("testbed", "loadtests", "store", "analysis")
        for file in (ROOT / room).rglob("*.py")
    ]
    starters = [file for file in sources if 'sys.executable, "-' in file.read_text("utf-8")]
    assert len(starters) > 5
    unsafe = [file for file in starters if 'sys.executable, "-m"' in file.read_text("utf-8")]
    assert unsafe == []


def test_the_state_directory_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path))
    assert janitor.state_dir() == tmp_path
    monkeypatch.delenv("TWINSTACK_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert janitor.state_dir() == tmp_path / "xdg" / "twinstack"
