"""A second run on a machine is told of the first."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.janitor import Belongings, living_owners
from testbed.others import tell_of_others
from testbed.terminal import Terminal

OWNER = """
import sys, time
from pathlib import Path
from testbed.janitor import Belongings
Belongings(Path(sys.argv[1]))
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TWINSTACK_STATE", str(tmp_path))
    return tmp_path


@pytest.fixture
def first_run(state: Path) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(state), "[/b]"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    yield process
    process.kill()
    process.communicate()


def _told() -> str:
    said = io.StringIO()
    tell_of_others(Terminal(file=said))
    return said.getvalue()


def test_who_starts_beside_another_run_is_told_which_one(
    first_run: "subprocess.Popen[bytes]",
) -> None:
    said = _told()
    assert f"another store is up on this machine, of process {first_run.pid} (" in said
    assert "[/b]" in said
    assert said.count("Note:") == 1


def test_ones_own_stores_and_those_of_ended_runs_are_none(
    state: Path, first_run: "subprocess.Popen[bytes]"
) -> None:
    Belongings(state)
    first_run.kill()
    first_run.wait()
    assert living_owners(state) == []
    assert not _told()
