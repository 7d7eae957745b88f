"""Twenty kills of the tool at random moments: nothing is left running, and no record is broken.

The moments are drawn once, with a seed, over the whole life of a run: from its start, from its
first trial, and, in runs that were resumed, while the report is written. Several runs go on beside
each other, each with a state, a record and a folder for data of its own.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis import report
from analysis.measured import load_run
from experiment.journal import read_journal
from experiment.record import RunFolder
from testbed import janitor, procfs

pytestmark = pytest.mark.long
TOOL = [sys.executable, "-m", "testbed"]
AT_ONCE = 4
CLEANED_WITHIN_S = 20.0
ENDS_WITHIN_S = 150.0
SCENARIO = """
name = "tiny"
title = "A run to be interrupted"
question = "What does an interrupted run leave behind?"
claims = []
load = { rate = 10.0, think_s = 0.1, mix = { browse = 4.0, buy = 1.0 } }
phases = [{ name = "rest", kind = "baseline", seconds = { smoke = 1, demo = 1, full = 1 } }]
arms = [
    { name = "one", architecture = "ARCHITECTURE" },
    { name = "other", architecture = "ARCHITECTURE" },
]
budget = { cpus = 1.0, memory_mb = 2048 }
slo = { latency_ms = 200, good_share = 0.99 }
sample = { products = 50, customers = 20, ratings = 100 }
cooldown = { busy_share = 1.0, foreign_share = 1.0 }
[primary]
metric = "latency_p95_ms"
phase = "rest"
margin = 0.1
expectation = "lower in microservices"
says = "p95 latency"
"""


@dataclass(frozen=True)
class Moment:
    """When the tool is killed: so long after its log or its journals first hold ``after``."""

    after: str
    delay_s: float
    with_watchman: bool = True
    architecture: str = "monolith"


def _moments() -> list[Moment]:
    chance = random.Random(20)
    early = [Moment("", chance.uniform(0, 6), number % 3 > 0) for number in range(8)]
    late = [Moment("trial-started", chance.uniform(0, 10), number % 3 > 0) for number in range(6)]
    # The most processes: ten services and their edge under load.
    return [Moment("phase-started", 0.3, architecture="microservices"), *late, *early]


@dataclass
class Home:
    """Where one run lives, and what was seen of it."""

    path: Path
    moment: Moment
    seen: list[tuple[int, int]] = field(default_factory=list)
    """Ids of the tool's processes, each with its start: an id alone may come again."""
    groups: list[Path] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def make(cls, base: Path, number: int, moment: Moment) -> "Home":
        home = cls(base / f"{number:02d}", moment)
        home.path.mkdir()
        home.data.mkdir()
        text = SCENARIO.replace("ARCHITECTURE", moment.architecture)
        (home.path / "tiny.toml").write_text(text, encoding="utf-8")
        return home

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def state(self) -> Path:
        return self.path / "state"

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def run(self) -> RunFolder | None:
        plans = [*self.path.glob("results/tiny/*/plan.json")]
        return RunFolder(plans[0].parent) if plans else None

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        # TMPDIR is where the data go, and what all processes of this run have in their environment.
        own = {"TWINSTACK_STATE": str(self.state), "TMPDIR": str(self.data)}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [*TOOL, *arguments], stdout=log, stderr=log, env=os.environ | own, cwd=self.path
            )

    def said(self, text: str) -> bool:
        journals = [self.log, *self.path.glob("results/tiny/**/*.jsonl")]
        return any(text in file.read_text(encoding="utf-8") for file in journals)

    def survivors(self) -> list[int]:
        """Processes of this run that are still there, the watchman included."""
        started_here = procfs.with_environment("TMPDIR", str(self.data))
        return [*started_here, *(pid for pid, began in self.seen if procfs.is_alive(pid, began))]

    def look(self, process: "subprocess.Popen[bytes]") -> None:
        """Remember what the tool owns now, to ask for it when the tool is gone."""
        family = procfs.tree(procfs.snapshot(), process.pid)
        self.seen = [(stat.pid, stat.started) for stat in family]
        for file in self.state.glob("*.jsonl"):
            lines = map(json.loads, file.read_bytes().splitlines())
            self.groups += [Path(each["path"]) for each in lines if each["kind"] == "control-group"]


def _kill(home: Home, process: "subprocess.Popen[bytes]", moment: Moment) -> None:
    """Kill at the moment, and clean up; what should not be left is complained of."""
    _poll(lambda: process.poll() is not None or home.said(moment.after), ENDS_WITHIN_S)
    time.sleep(moment.delay_s)
    home.look(process)
    if not moment.with_watchman:
        _kill_watchmen(home)
    process.kill()
    process.wait()
    if moment.with_watchman:
        _poll(lambda: not home.survivors(), CLEANED_WITHIN_S)
    janitor.clean(home.state)
    _poll(lambda: not home.survivors(), 2.0)
    home.complaints += [f"process {pid} survived" for pid in home.survivors()]
    home.complaints += [f"{group} is left" for group in home.groups if group.exists()]
    home.complaints += [f"{path} is left" for path in home.data.iterdir()]
    home.complaints += [f"{path} is left" for path in home.state.glob("*.jsonl")]


def _kill_watchmen(home: Home) -> None:
    for pid, _ in home.seen:
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"testbed.janitor" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)


def _poll(until: Callable[[], bool], within_s: float) -> None:
    """Wait for it; whoever needs it to be so looks again."""
    deadline = time.monotonic() + within_s
    while not until() and time.monotonic() < deadline:
        time.sleep(0.4)


def _kill_once(home: Home) -> Home:
    _kill(home, home.start("run", "tiny.toml", "--profile", "smoke"), home.moment)
    return home


def _kill_again_and_again(home: Home) -> Home:
    """Killed in its first trial, resumed, and killed thrice more while the report is written."""
    _kill_once(home)
    run = home.run
    assert run is not None
    chance = random.Random(4)
    for number in range(4):
        moment = Moment("run-ended", chance.uniform(0, 4) if number else 0.2)
        _kill(home, home.start("run", "--resume", str(run.path)), moment)
    return home


@pytest.fixture(scope="module")
def homes() -> Iterator[list[Home]]:
    """All homes; the run of the first one was resumed."""
    # Not pytest's own folder, which is closed to the user that PostgreSQL runs as.
    base = Path(tempfile.mkdtemp(prefix="tw-"))
    base.chmod(0o755)
    first = Home.make(base, 0, Moment("phase-started", 0.5))
    others = [Home.make(base, n, moment) for n, moment in enumerate(_moments(), start=1)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        again = pool.submit(_kill_again_and_again, first)
        yield [again.result(), *pool.map(_kill_once, others)]
    for home in [first, *others]:
        for pid in home.survivors():
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(base)


@pytest.mark.timeout(400)
def test_nothing_outlives_a_killed_run(homes: list[Home]) -> None:
    assert {home.path.name: home.complaints for home in homes if home.complaints} == {}


def test_no_record_is_broken_by_a_kill(homes: list[Home]) -> None:
    files = [file for home in homes for file in home.path.glob("results/**/[!.]*")]
    assert len([file for file in files if file.suffix == ".parquet"]) > 5
    for file in files:
        if file.suffix == ".json":
            json.loads(file.read_bytes())
        elif file.suffix == ".jsonl":
            read_journal(file)
        elif file.suffix == ".parquet":
            pq.ParquetFile(file).read()


def test_the_report_of_a_killed_run_says_that_it_ended_early(homes: list[Home]) -> None:
    killed = [home.run for home in homes[1:] if home.run is not None]
    unfinished = [run for run in killed if load_run(run).cut_off]
    assert len(unfinished) > 5
    for run in unfinished:
        assert report.build(run).void.startswith("the run ended early, after 0 of 1 blocks.")


@pytest.mark.timeout(200)
def test_a_killed_run_is_resumed_to_its_end(homes: list[Home]) -> None:
    home = homes[0]
    run = home.run
    assert run is not None
    assert home.start("run", "--resume", str(run.path)).wait(60) == 0
    assert "nothing is left to do" in home.log.read_text(encoding="utf-8")
    assert (run.report / "index.html").is_file()
    measured = load_run(run)
    assert not measured.cut_off
    first, *later = [r for r in measured.records if r.arm == measured.plan.order[0][0]]
    assert (first.status, first.reason) == ("cut-off", "the tool was killed")
    assert {record.status for record in later} <= {"complete", "void"}
    events = [event["event"] for event in read_journal(run.journal)]
    assert events.count("run-started") == 1
    assert events.count("run-resumed") == 1
