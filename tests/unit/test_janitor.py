import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from testbed import janitor, procfs
from testbed.janitor import Belongings

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
    folder = tmp_path / "data"
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


def test_the_state_directory_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path))
    assert janitor.state_dir() == tmp_path
    monkeypatch.delenv("TWINSTACK_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert janitor.state_dir() == tmp_path / "xdg" / "twinstack"
