"""A probe that cannot be read is named in one sentence and costs its search; the rest stays."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from made_searches import World, make_search_run

from analysis.capacity.run import load_search_run
from analysis.capacity.summary import summarise_search
from analysis.report import build
from experiment.errors import InputError
from experiment.journal import Journal
from experiment.probe import ProbeFiles, files_of, read_probes
from experiment.record import RunFolder, TrialRecord, read_json
from experiment.sealing import hashes_of, keep
from testbed.resuming import KILLED, mark_killed, require_whole
from testbed.search_run import Bench, run_searches


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def remove(files: ProbeFiles) -> None:
    for file in (files.trial.run, files.spec):
        file.unlink()


DAMAGES: dict[str, tuple[Callable[[ProbeFiles], object], str]] = {
    "truncated requests": (
        lambda files: cut(files.trial.requests),
        "probe-02/requests.parquet is not a whole Parquet file",
    ),
    "no requests": (
        lambda files: files.trial.requests.unlink(),
        "probe-02/requests.parquet is missing",
    ),
    "broken record": (lambda files: cut(files.trial.run), "run.json is not a valid record"),
    "broken question": (lambda files: cut(files.spec), "probe-02.json is not a valid record"),
    "another probe's question": (
        lambda files: files.spec.write_bytes(files.spec.with_name("probe-01.json").read_bytes()),
        "probe-02.json is of block 1, monolith, probe 1",
    ),
    "no record": (
        lambda files: files.trial.run.unlink(),
        "a probe is missing from the search at 1 CPU",
    ),
    "an answer of the other arm": (
        lambda files: shutil.copyfile(
            files.trial.path.parents[1] / "microservices/probe-01/samples.parquet",
            files.trial.samples,
        ),
        "holds samples of catalog, which is no part of monolith",
    ),
    "nothing left": (remove, "a probe is missing from the search at 1 CPU"),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_search_run(tmp_path_factory.mktemp("whole") / "run", World(blocks=2))


@pytest.fixture
def folder(whole: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(whole.path, tmp_path / "run")))


def hit(folder: RunFolder) -> ProbeFiles:
    """The second probe of one search."""
    probes = read_probes(folder)
    return files_of(folder, next(each for each in probes if each.place == (1, "monolith", 2)))


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_probe_costs_its_search_and_is_named(
    whole: RunFolder, folder: RunFolder, name: str
) -> None:
    before = load_search_run(whole)
    damage, says = DAMAGES[name]
    damage(hit(folder))

    run = load_search_run(folder)
    summary = summarise_search(run)

    (sentence,) = summary.damaged
    assert sentence.startswith("block 1, monolith: ")
    assert says in sentence
    assert str(folder.path) not in sentence
    assert summary.outcome is None
    assert "the record is not whole" in summary.headline
    assert not run.cut_off
    assert run.blocks == [2]
    assert len(run.probes) == len(before.probes) - 1
    changed = [new for old, new in zip(before.limits, run.limits, strict=True) if old != new]
    assert [(limit.block, limit.arm, limit.unknown) for limit in changed] == [
        (1, "monolith", "a probe of it cannot be read")
    ]


def test_the_page_names_the_probe_and_shows_all_others(folder: RunFolder) -> None:
    cut(hit(folder).trial.requests)
    build(folder)
    page = (folder.report / "index.html").read_text(encoding="utf-8")
    assert page.count("block-01/monolith/probe-02/requests.parquet is not a whole") >= 1
    assert page.count('<th scope="row">probe ') == len(read_probes(folder)) - 1
    assert page.count('<img src="data:image/') == 3


def test_a_damaged_probe_leaves_the_searches_at_other_values_whole(tmp_path: Path) -> None:
    folder = make_search_run(tmp_path / "run", World(blocks=1, at=(0.5, 1.0)))
    cut(hit(folder).trial.requests)
    unknown = {(limit.arm, limit.at): limit.unknown for limit in load_search_run(folder).limits}
    assert {search for search, says in unknown.items() if says} == {("monolith", 0.5)}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_search_does_not_go_on_from_a_damaged_probe(folder: RunFolder, name: str) -> None:
    damage, says = DAMAGES[name]
    damage(hit(folder))
    platform, display, journal = (cast("Any", None) for _ in range(3))
    with pytest.raises(InputError, match=f"cannot go on: block 1, monolith: .*{says}"):
        run_searches(Bench(folder.read_plan(), folder, platform, display, journal))


def seal(folder: RunFolder) -> None:
    for probe in read_probes(folder):
        files = files_of(folder, probe)
        record = read_json(files.trial.run, TrialRecord)
        hashes = hashes_of(files.trial, files.spec)
        keep(folder, files.trial, record.model_copy(update={"hashes": hashes}))


TAMPERINGS: dict[str, tuple[Callable[[ProbeFiles], object], str]] = {
    "rows of the probe before": (
        lambda files: shutil.copyfile(
            files.trial.path.with_name("probe-01") / "requests.parquet", files.trial.requests
        ),
        "probe-02/requests.parquet was changed or exchanged",
    ),
    "no samples": (lambda files: files.trial.samples.unlink(), "samples.parquet is missing"),
    "another rung in the question": (
        lambda files: files.spec.write_bytes(files.spec.read_bytes().replace(b"  ", b" ")),
        "probe-02.json was changed or exchanged",
    ),
    "no record": (lambda files: files.trial.run.unlink(), "probe-02/run.json is missing"),
    "nothing left": (remove, "probe-02/run.json is missing"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_probe_that_was_tampered_with_costs_its_search_and_no_search_goes_on(
    folder: RunFolder, name: str
) -> None:
    seal(folder)
    assert load_search_run(folder).damaged == ()
    tamper, says = TAMPERINGS[name]
    tamper(ProbeFiles(folder.block(1) / "monolith", 2))

    run = load_search_run(folder)
    (damage,) = run.damaged
    assert says in str(damage)
    assert summarise_search(run).outcome is None
    with pytest.raises(InputError, match="cannot go on"):
        run_searches(Bench(run.plan, folder, *(cast("Any", None),) * 3))


def test_a_search_goes_on_that_ended_before_it_wrote_the_record_that_its_journal_names(
    folder: RunFolder,
) -> None:
    seal(folder)
    last = files_of(folder, list(read_probes(folder))[-1]).trial
    last.run.unlink()
    plan = folder.read_plan()

    require_whole(folder, plan)
    mark_killed(folder, plan)

    with Journal(folder.journal) as journal:
        journal.write("run-resumed")
    require_whole(folder, plan)
    record = read_json(last.run, TrialRecord)
    assert (record.status, record.reason) == ("cut-off", KILLED)
    assert load_search_run(folder).damaged == ()
