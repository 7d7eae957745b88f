"""The tool as its user meets it: one run, from the command to the report."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest

from experiment.attempts import latest
from experiment.journal import read_journal
from experiment.record import RunFolder, TrialRecord, read_json
from testbed import scenarios

TOOL = [sys.executable, "-m", "testbed"]
PACE_OF_THE_MACHINE = {"lateness", "generator CPU", "generator's core", "stolen CPU"}
"""Gates that a machine busy with tests may fail; that they then void the trial is right."""
STARTED_WITHIN_S = 60
STOPPED_WITHIN_S = 30


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "TWINSTACK_STATE": str(home / "state"), "COLUMNS": "120"}


def _twinstack(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*TOOL, *arguments],
        capture_output=True,
        text=True,
        env=_environment(home),
        cwd=home,
        check=False,
        timeout=300,
    )


def _only_run(home: Path) -> RunFolder:
    (folder,) = (home / "results" / "first-look").iterdir()
    return RunFolder(folder)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Home of a finished smoke run, and what the tool said."""
    home = tmp_path_factory.mktemp("run")
    ended = _twinstack(home, "run", _first_look(home), "--profile", "smoke")
    assert ended.returncode == 0 or "No verdict" in ended.stdout, ended.stdout + ended.stderr
    return home, ended.stdout


@pytest.mark.alone
@pytest.mark.timeout(310)
def test_a_run_says_where_its_record_and_report_are(finished: tuple[Path, str]) -> None:
    home, said = finished
    report = re.search(r"Report: (\S+)", said)
    assert report is not None
    assert (home / report[1]).is_file()


@pytest.mark.alone
def test_every_scheduled_step_has_a_row_in_both_arms(finished: tuple[Path, str]) -> None:
    folder = _only_run(finished[0])
    scheduled = pq.read_table(folder.arrivals(1), columns=["seq", "step"])
    for arm in ("monolith", "microservices"):
        rows = pq.read_table(folder.trial(1, arm).requests, columns=["seq", "step"])
        assert rows.equals(scheduled)


@pytest.mark.alone
def test_trials_run_to_their_end_and_their_books_add_up(finished: tuple[Path, str]) -> None:
    folder = _only_run(finished[0])
    for record in latest(folder.trials()):
        assert {gate.name for gate in record.gates if not gate.passed} <= PACE_OF_THE_MACHINE
        audit = json.loads(folder.files_of(record).audit.read_bytes())
        assert audit["violations"] == []
        assert audit["acknowledged"] > 0


@pytest.mark.alone
def test_the_outage_bit_in_both_arms_and_the_services_kept_the_rest(
    finished: tuple[Path, str],
) -> None:
    folder = _only_run(finished[0])
    for arm in ("monolith", "microservices"):
        events = read_journal(folder.trial(1, arm).events)
        assert [e["bit"] for e in events if e["event"] == "fault-lifted"] == [True]


@pytest.mark.alone
def test_the_report_needs_no_network_and_is_rebuilt_byte_for_byte(
    finished: tuple[Path, str],
) -> None:
    folder = _only_run(finished[0])
    page = folder.report / "index.html"
    before = page.read_bytes()
    assert not re.search(rb'(src|href)="(https?:)?//', before)
    page.unlink()
    assert _twinstack(finished[0], "report", str(folder.path)).returncode == 0
    assert page.read_bytes() == before


@pytest.mark.alone
def test_raw_rows_can_be_exported_as_csv(finished: tuple[Path, str], tmp_path: Path) -> None:
    folder = _only_run(finished[0])
    ended = _twinstack(finished[0], "export", str(folder.path), "--csv", str(tmp_path))
    assert ended.returncode == 0
    assert any(file.stat().st_size > 1000 for file in tmp_path.rglob("*.csv"))


@pytest.mark.alone
def test_nothing_is_left_behind_by_a_finished_run(finished: tuple[Path, str]) -> None:
    """But the sample data, which are kept for the next start until somebody cleans."""
    kept, nothing = (_twinstack(finished[0], "clean").stdout.strip() for _ in range(2))
    assert re.fullmatch(r"Removed 1 kept copy of sample data \(\d+ MiB\)\.", kept)
    assert nothing == "Nothing was left behind."


def _first_look(home: Path, *changes: tuple[str, str]) -> str:
    """A scenario file of the user's own: the first look, with little data, on a busy machine."""
    text = (scenarios.FOLDER / "first-look.toml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file = home / "mine.toml"
    sample = "[sample]\nproducts = 200\ncustomers = 100\nratings = 3000\n"
    file.write_text(
        f"{text}\n{sample}[cooldown]\nbusy_share = 1.0\nforeign_share = 1.0\n", encoding="utf-8"
    )
    return str(file)


MONOLITH_AGAINST_ITSELF = (
    (
        'name = "microservices"\narchitecture = "microservices"',
        'name = "monolith-again"\narchitecture = "monolith"',
    ),
)
"""Starts soon, and has nothing to compare before the first trial."""


class Running:
    """A run under way, and every process it has started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.log = home / "log"
        scenario = _first_look(home, *MONOLITH_AGAINST_ITSELF)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*TOOL, "run", scenario, "--profile", "smoke"],
                stdout=log, stderr=log, env=_environment(home), cwd=home, start_new_session=True,
            )  # fmt: skip

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + STARTED_WITHIN_S
        while text not in self.log.read_text(encoding="utf-8"):
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            assert time.monotonic() < deadline, self.log.read_text(encoding="utf-8")
            time.sleep(0.1)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    run = Running(tmp_path)
    yield run
    if run.process.poll() is None:
        run.process.send_signal(signal.SIGTERM)
        run.process.wait(STOPPED_WITHIN_S)


@pytest.mark.timeout(150)
def test_ctrl_c_stops_everything_and_keeps_what_was_measured(running: Running) -> None:
    running.wait_for("baseline")
    time.sleep(1.5)
    family = running.family()
    assert len(family) > 5
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(STOPPED_WITHIN_S) == 1
    assert [process for process in family if process.is_running()] == []
    folder = _only_run(running.home)
    (record,) = (read_json(file, TrialRecord) for file in folder.path.glob("block-01/*/run.json"))
    assert record.status == "cut-off"
    assert pq.read_table(folder.trial(1, record.arm).requests).num_rows > 0
    assert read_journal(folder.journal)[-1]["status"] == "cut-off"


def test_wrong_input_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    """More of it, without a process for each: tests/unit/test_wrong_input.py."""
    ended = _twinstack(tmp_path, "run", "outage-one-servce")
    assert ended.returncode == 2
    assert "did you mean outage-one-service" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.glob("results/*")) == []
