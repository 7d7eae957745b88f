"""What a dead server left is removed, and nothing that merely has got its ids."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed import janitor, procfs, shared_memory
from testbed.janitor import Belongings

EARLIER = "an earlier one"
MAKES_A_SEGMENT = """
import ctypes, time
libc = ctypes.CDLL(None)
print(libc.shmget(0, 4096, 0o1600), flush=True)
time.sleep(600)
"""


class Creator:
    """A process, no server, that has made a segment of shared memory."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", MAKES_A_SEGMENT], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.segment = int(self._process.stdout.readline())
        self.pid = self._process.pid

    def die(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    @property
    def has_memory(self) -> bool:
        lines = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:]
        return str(self.segment) in [line.split()[1] for line in lines]

    def is_named_in(self, data: Path) -> None:
        data.mkdir(parents=True)
        lines = [str(self.pid), str(data), "0", "0", "", "", f"1 {self.segment}", ""]
        (data / shared_memory.PID_FILE).write_text("\n".join(lines))


@pytest.fixture
def creator() -> Iterator[Creator]:
    one = Creator()
    yield one
    one.die()
    ctypes.CDLL(None).shmctl(one.segment, 0, None)


def test_memory_of_a_dead_creator_is_removed(creator: Creator, tmp_path: Path) -> None:
    creator.is_named_in(tmp_path / "data")
    creator.die()
    assert shared_memory.remove_left_by(tmp_path / "data") == 1
    assert not creator.has_memory


def test_memory_of_a_stranger_who_lives_stays(creator: Creator, tmp_path: Path) -> None:
    creator.is_named_in(tmp_path / "data")
    assert shared_memory.remove_left_by(tmp_path / "data") == 0
    assert creator.has_memory


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder to another user")
def test_a_folder_of_another_user_names_no_memory_of_ours(creator: Creator, tmp_path: Path) -> None:
    creator.is_named_in(tmp_path / "data")
    os.chown(tmp_path / "data", 65534, 65534)
    creator.die()
    assert shared_memory.remove_left_by(tmp_path / "data") == 0
    assert creator.has_memory


@pytest.mark.parametrize("boot", [procfs.boot_id(), EARLIER], ids=["this boot", EARLIER])
def test_a_record_of_an_earlier_boot_names_no_memory(
    creator: Creator, tmp_path: Path, boot: str
) -> None:
    folder = tmp_path / "twinstack-0123abcd"
    creator.is_named_in(folder / "data")
    creator.die()
    record = Belongings(tmp_path / "state")
    record.folder(folder)
    gone = record.file.read_bytes().replace(procfs.boot_id().encode(), boot.encode())
    started = procfs.read_stat(os.getpid())
    assert started is not None
    gone = gone.replace(f'"started":{started.started}'.encode(), b'"started":1')
    record.file.write_bytes(gone)
    janitor.clean(tmp_path / "state")
    assert not folder.exists()
    assert creator.has_memory is (boot == EARLIER)
