import html
from pathlib import Path

import pytest
from made_ladder import World, make_ladder
from typer.testing import CliRunner

from analysis.money.prices import default_prices
from experiment.errors import InputError
from experiment.record import RunFolder
from projection.assumed import Assumed
from projection.project import Projection, project
from projection.report import build
from projection.tables import headline
from testbed.cli import app


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Projection, str]:
    path = tmp_path_factory.mktemp("projection")
    projection = build([make_ladder(path / "run")], default_prices(), path / "to" / "here")
    return projection, (path / "to" / "here" / "index.html").read_text("utf-8")


@pytest.mark.long
def test_the_page_says_how_far_off_each_held_out_load_was(built: tuple[Projection, str]) -> None:
    projection, page = built
    assert "2 of 2 of the monolith and 2 of 2 of the microservices" in headline(projection)
    assert page.count("held out: within") == 4


@pytest.mark.long
def test_the_page_calls_itself_a_model_and_lists_its_assumptions(
    built: tuple[Projection, str],
) -> None:
    page = built[1]
    assert "a model, not a measurement" in page
    assert "<h2>Assumptions</h2>" in page
    assert default_prices().source in html.unescape(page)


@pytest.mark.long
def test_the_page_goes_on_to_a_million_journeys(built: tuple[Projection, str]) -> None:
    assert "1,000,000" in built[1]
    assert built[0].points[-1].journeys_per_s == pytest.approx(1e6)


@pytest.mark.long
def test_two_runs_teach_together(tmp_path: Path) -> None:
    runs = [make_ladder(tmp_path / f"{seed}", World(seed=seed)) for seed in (1, 2)]
    found = project(runs, default_prices(), Assumed())
    assert len(found.predictions["monolith"]) == 8


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        (World(cpus=0.5, run_id="other"), "the budgets differ"),
        (
            World(plan={"hashes": {"sources": "ab"}}, run_id="other"),
            "the hashes of the code differ",
        ),
    ],
)
def test_runs_that_measured_different_things_are_not_joined(
    tmp_path: Path, other: World, sentence: str
) -> None:
    runs = [make_ladder(tmp_path / "one"), make_ladder(tmp_path / "two", other)]
    with pytest.raises(InputError, match=f"made-up and other cannot be joined: {sentence}"):
        project(runs, default_prices(), Assumed())


def test_more_than_one_cpu_is_not_what_the_model_knows(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="had 2 CPUs"):
        project([make_ladder(tmp_path / "run", World(cpus=2.0))], default_prices(), Assumed())


def test_a_divided_budget_is_not_what_the_model_knows(tmp_path: Path) -> None:
    divided = {"mode": "static", "instance_cpus": 0.2, "shared_cpus": 0.2}
    with pytest.raises(InputError, match="mode static: the model knows pooled ones"):
        project([make_ladder(tmp_path / "run", World(budget=divided))], default_prices(), Assumed())


def test_two_kinds_of_one_architecture_are_not_mixed(tmp_path: Path) -> None:
    world = World(third={"name": "other", "architecture": "microservices", "without": ["outbox"]})
    with pytest.raises(InputError, match="microservices of several kinds"):
        project([make_ladder(tmp_path / "run", world)], default_prices(), Assumed())


def test_a_trial_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    run = make_ladder(tmp_path / "run")
    run.trial(1, "monolith").samples.unlink()
    with pytest.raises(InputError, match="cannot be read as a whole: block 1, monolith"):
        project([run], default_prices(), Assumed())


def test_an_operation_that_no_load_taught_is_named(tmp_path: Path) -> None:
    run = make_ladder(tmp_path / "run", World(only_last="checkout"))
    with pytest.raises(
        InputError, match="No load that is learnt from asked the monolith for check"
    ):
        project([run], default_prices(), Assumed())


def test_a_load_without_an_answer_is_named(tmp_path: Path) -> None:
    run = make_ladder(tmp_path / "run", World(fails_from_s=60.0))
    with pytest.raises(InputError, match="answered correctly in block 1, monolith, load-4"):
        project([run], default_prices(), Assumed())


def test_a_run_of_a_single_load_is_told_in_one_sentence(tmp_path: Path) -> None:
    run = make_ladder(tmp_path / "run", World(factors=(1.0,)))
    with pytest.raises(InputError, match="load-ladder has them"):
        project([run], default_prices(), Assumed())


def test_a_report_over_several_runs_needs_a_folder(tmp_path: Path) -> None:
    runs: list[RunFolder] = [make_ladder(tmp_path / each) for each in ("one", "two")]
    done = CliRunner().invoke(app, ["project", *(str(each.path) for each in runs)])
    assert isinstance(done.exception, InputError)
    assert "add --to FOLDER" in str(done.exception)
