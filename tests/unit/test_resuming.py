"""What keeps a run from being resumed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from experiment.errors import InputError
from experiment.integrity import hash_of_plan
from experiment.journal import Journal
from experiment.record import Plan, RunFolder, write_json
from testbed.locking import owned
from testbed.planning import create_folder, make_plan
from testbed.resuming import require_unchanged
from testbed.scenarios import find

HOLD = """
import sys
from pathlib import Path
from experiment.record import RunFolder
from testbed.locking import owned
with owned(RunFolder(Path(sys.argv[1]))):
    print(flush=True)
    sys.stdin.read()
"""


def _run(tmp_path: Path, **started: Any) -> tuple[RunFolder, Plan]:
    plan = make_plan(find("first-look"), "smoke", 2, 1, {})
    folder = create_folder(tmp_path, plan)
    with Journal(folder.journal) as journal:
        journal.write("run-started", **{"plan_sha256": hash_of_plan(folder), **started})
    return folder, plan


def test_a_run_under_the_same_conditions_may_go_on(tmp_path: Path) -> None:
    require_unchanged(*_run(tmp_path))


def test_an_edited_plan_is_refused(tmp_path: Path) -> None:
    folder, plan = _run(tmp_path)
    edited = plan.model_copy(update={"seed": 2})
    write_json(folder.plan, edited)
    with pytest.raises(InputError, match=r"plan\.json was edited.*or start a new run"):
        require_unchanged(folder, edited)


def test_a_journal_of_earlier_code_holds_no_hash_and_refuses_nothing(tmp_path: Path) -> None:
    folder, plan = _run(tmp_path)
    folder.journal.unlink()
    with Journal(folder.journal) as journal:
        journal.write("run-started")
    require_unchanged(folder, plan)


def test_other_code_is_refused(tmp_path: Path) -> None:
    folder, plan = _run(tmp_path)
    with pytest.raises(InputError, match="its commit was fedcba987654, and now it is"):
        require_unchanged(folder, plan.model_copy(update={"commit": "fedcba987654"}))


def test_files_that_changed_since_are_refused(tmp_path: Path) -> None:
    folder, plan = _run(tmp_path)
    then = {**plan.hashes, "sources": "0123"}
    with pytest.raises(InputError, match="the hash of sources differs: 0123 and "):
        require_unchanged(folder, plan.model_copy(update={"hashes": then}))


@pytest.mark.parametrize(
    ("fact", "then", "says"),
    [
        ("cpu_model", "Z80", "its CPU was Z80"),
        ("cores", 96, "its number of cores was 96"),
        ("kernel", "2.4", "its kernel was 2.4"),
    ],
)
def test_the_fact_of_the_machine_that_differs_is_named(
    tmp_path: Path, fact: str, then: object, says: str
) -> None:
    folder, plan = _run(tmp_path)
    machine = plan.machine.model_copy(update={fact: then})
    with pytest.raises(InputError, match=says):
        require_unchanged(folder, plan.model_copy(update={"machine": machine}))


def test_a_run_that_another_process_measures_is_refused_until_that_one_dies(
    tmp_path: Path,
) -> None:
    folder, _ = _run(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(InputError, match="is being measured by another process"), owned(folder):
        pass
    holder.kill()
    holder.communicate()
    with owned(folder):
        pass
