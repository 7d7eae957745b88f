"""The report of made-up searches, as a whole."""

import re
from pathlib import Path

import numpy as np
import pytest
from made_searches import World, make_search_run

from analysis.capacity.plots import demand
from analysis.capacity.run import SearchRun, load_search_run
from analysis.capacity.summary import SearchSummary, summarise_search
from analysis.capacity.tables import limit_rows
from analysis.report import build
from experiment.probe import files_of, read_probes


def summary_of(path: Path, world: World) -> tuple[SearchSummary, SearchRun]:
    run = load_search_run(make_search_run(path, world))
    return summarise_search(run), run


def test_a_store_that_bears_less_is_found_with_brackets_and_a_ratio(tmp_path: Path) -> None:
    found, run = summary_of(tmp_path / "run", World(blocks=6))
    assert found.outcome == "supported"
    assert re.search(
        r"With 1 CPU, monolith holds the objective up to between \S+ and \S+ journeys/s, "
        r"microservices between .*: ratio 0\.\d+ \(95 % interval 0\.\d+ to 0\.\d+\), 6 blocks\.",
        found.finding,
    )
    assert found.primary.effect == pytest.approx(-1.16, abs=0.12)  # log(25 / 80)
    for limit in run.limits:
        assert limit.holds is not None
        assert limit.fails is not None
        assert limit.fails / limit.holds < 1.2
    assert found.void_trials == ()
    # Different rungs in every block: agreement is not made by the ladder.
    assert len({limit.holds for limit in run.limits}) > 6


def test_equal_stores_are_never_called_different_for_their_brackets(tmp_path: Path) -> None:
    alike = {"monolith": lambda _: 40.0, "microservices": lambda _: 40.0}
    found, _ = summary_of(tmp_path / "run", World(blocks=6, bears=alike))
    assert found.outcome in ("no difference that matters", "too little evidence")


def test_a_store_that_fails_everywhere_gets_no_number(tmp_path: Path) -> None:
    bears = {"monolith": lambda _: 80.0, "microservices": lambda _: 2.0}
    found, _ = summary_of(tmp_path / "run", World(blocks=1, bears=bears))
    assert found.outcome == "too little evidence"
    assert found.void == ""
    assert found.headline == (
        "Too little evidence: no load within the range is borne: microservices, at 1 CPU "
        "(1 of 2 searches)."
    )
    assert "microservices below 5 journeys/s, the lowest value searched" in found.finding
    assert found.primary.blocks == ()


def test_a_demand_is_the_fewest_cpus_that_hold_and_may_lie_above_all(tmp_path: Path) -> None:
    world = World(kind="demand", at=(20.0, 40.0), lowest=0.1, highest=1.0, resolution=1.2, blocks=6)
    found, run = summary_of(tmp_path / "run", world)
    at_20 = run.limit(1, "monolith", 20.0)
    assert at_20 is not None
    assert at_20.fails is not None
    assert at_20.holds is not None
    assert at_20.fails < 20 / 80 <= at_20.holds * 1.05
    at_40 = run.limit(1, "microservices", 40.0)
    assert at_40 is not None
    assert at_40.unknown == "above 1 CPU, the highest value searched"
    # The other load decides nothing.
    assert found.outcome == "supported"
    assert found.finding.startswith("At 20 journeys/s, monolith needs between")


def test_a_load_that_no_budget_bears_is_a_verdict_in_one_sentence(tmp_path: Path) -> None:
    bears = {"monolith": lambda cpus: 80 * cpus, "microservices": lambda cpus: 15 * cpus}
    world = World(kind="demand", at=(20.0,), lowest=0.1, highest=1.0, resolution=1.2, bears=bears)
    found, _ = summary_of(tmp_path / "run", world)
    assert (found.outcome, found.void) == ("too little evidence", "")
    assert found.headline == (
        "Too little evidence: no deployment within the budget holds the objective: microservices, "
        "at 20 journeys/s (3 of 6 searches)."
    )
    assert "microservices above 1 CPU, the highest value searched" in found.finding


def test_a_load_that_the_smallest_budget_bears_is_told_as_such(tmp_path: Path) -> None:
    bears = {"monolith": lambda _: 80.0, "microservices": lambda _: 60.0}
    world = World(kind="demand", at=(20.0,), lowest=0.1, highest=1.0, resolution=1.2, bears=bears)
    found, _ = summary_of(tmp_path / "run", world)
    assert found.headline.startswith(
        "Too little evidence: even the smallest deployment within the range"
    )


def test_values_that_do_not_decide_may_have_fewer_blocks(tmp_path: Path) -> None:
    found, run = summary_of(tmp_path / "run", World(at=(1.0, 2.0), blocks=6, others_blocks=1))
    assert (run.blocks_at(1.0), run.blocks_at(2.0)) == ([1, 2, 3, 4, 5, 6], [1])
    assert not run.cut_off
    assert found.outcome == "supported"
    assert len(limit_rows(run)) == 7


def test_the_verdict_is_of_the_first_value_even_where_the_ratio_turns(tmp_path: Path) -> None:
    bears = {"monolith": lambda _: 40.0, "microservices": lambda cpus: 20 * cpus**2}
    found, run = summary_of(tmp_path / "run", World(at=(1.0, 2.0), blocks=2, bears=bears))
    assert found.finding.startswith("With 1 CPU, ")
    assert found.primary.effect == pytest.approx(-0.69, abs=0.2)  # log(20 / 40)
    assert [row.strong for row in limit_rows(run)] == [True, True, False, False]


def test_void_probes_are_repeated_twice_and_then_their_search_is_void(tmp_path: Path) -> None:
    found, run = summary_of(tmp_path / "run", World(blocks=1, void=frozenset({"monolith"})))
    assert len(run.probes_of(1, "monolith", 1.0)) == 3
    assert found.outcome is None
    assert found.void_trials == ("block 1, monolith: void, the generator was late",) * 3
    assert "3 probes of" in found.void
    assert "the generator was late" in found.void


def test_a_search_that_was_cut_off_carries_no_verdict(tmp_path: Path) -> None:
    folder = make_search_run(tmp_path / "run", World(blocks=1))
    last = read_probes(folder)[-1]
    files_of(folder, last).trial.run.unlink()
    found = summarise_search(load_search_run(folder))
    assert "the run ended early" in found.void


def test_the_report_is_rebuilt_byte_for_byte_and_shows_every_probe(tmp_path: Path) -> None:
    folder = make_search_run(tmp_path / "run", World(blocks=1))
    build(folder)
    page = folder.report / "index.html"
    before = page.read_bytes()
    page.unlink()
    build(folder)
    assert page.read_bytes() == before
    assert len(re.findall(rb'<th scope="row">probe \d+', before)) == len(read_probes(folder))
    assert before.count(b'<img src="data:image/') == 3
    assert b"not identified: 1 distinct resource" in before


def test_marks_of_many_blocks_stay_beside_their_load(tmp_path: Path) -> None:
    world = World(kind="demand", at=(20.0,), lowest=0.1, highest=1.0, resolution=1.2, blocks=12)
    axes = demand.draw(load_search_run(make_search_run(tmp_path / "run", world))).axes[0]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    places = [float(np.asarray(mark.get_xdata())[0]) for mark in marks]
    assert len(set(places)) == 24
    assert all(abs(place - 20) <= 0.08 * 20 + 1e-9 for place in places)


def test_without_cpu_limits_the_report_says_that_resources_mean_nothing(tmp_path: Path) -> None:
    world = World(blocks=1, cpu_limit="not limited: no such control groups here")
    folder = make_search_run(tmp_path / "run", world)
    build(folder)
    page = (folder.report / "index.html").read_text(encoding="utf-8")
    assert "the axis of resources means nothing" in page
