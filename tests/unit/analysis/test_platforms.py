"""One scenario on several platforms, side by side."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from analysis.platforms.agreement import agree, agreement
from analysis.platforms.differences import difference_rows
from analysis.platforms.plot import draw
from analysis.platforms.report import FINDINGS_NAME, build_comparison
from analysis.platforms.side import Sides, load_sides
from analysis.platforms.tables import metric_rows, verdict_rows
from experiment.errors import InputError
from experiment.record import RunFolder

Make = Callable[..., RunFolder]

OTHER_WAY = {"monolith": 0.0, "microservices": 0.6}


@pytest.fixture
def on(make: Make) -> Callable[..., RunFolder]:
    """A maker of runs on a platform."""

    def make_on(platform: str, plan: dict[str, Any] | None = None, **truth: Any) -> RunFolder:
        return make(
            **{"blocks": 6, "rate": 30.0, **truth}, plan={"platform": platform, **(plan or {})}
        )

    return make_on


def test_platforms_with_the_same_verdict_agree(on: Make) -> None:
    sides = load_sides([on("local"), on("compose")])
    assert agree(sides) is True
    assert agreement(sides) == (
        "The verdicts agree: supported on local and compose; "
        "the 95 % intervals of the effect have values in common."
    )


def test_verdicts_may_agree_on_effects_that_do_not(on: Make) -> None:
    few = {"monolith": 0.2, "microservices": 0.0}
    sides = load_sides([on("local"), on("compose", failed_share=few)])
    assert agree(sides) is True
    assert "have no value in common" in agreement(sides)


def test_platforms_with_other_verdicts_differ_and_each_is_named(on: Make) -> None:
    sides = load_sides([on("local"), on("swarm", failed_share=OTHER_WAY)])
    assert agree(sides) is False
    assert agreement(sides).startswith(
        "The verdicts differ: supported on local, contradicted on swarm;"
    )


def test_one_block_has_no_interval_that_could_be_compared(on: Make) -> None:
    sides = load_sides([on("local"), on("compose", blocks=1)])
    assert agreement(sides) == (
        "The verdicts differ: supported on local, too little evidence on compose."
    )


def test_without_a_verdict_there_is_nothing_to_agree_on(on: Make) -> None:
    void = {(1, "monolith"): "void", (2, "microservices"): "void"}
    sides = load_sides([on("local"), on("compose", blocks=2, status=void)])
    assert agree(sides) is None
    assert agreement(sides) == "There is nothing to agree on: no verdict on compose."


def test_a_record_of_old_ran_on_local(make: Make) -> None:
    folder = make()
    document = orjson.loads(folder.plan.read_bytes())
    assert document.pop("platform") == "local"
    folder.plan.write_bytes(orjson.dumps(document))
    assert folder.read_plan().platform == "local"


@pytest.mark.parametrize(
    ("truth", "complaint"),
    [
        ({"aa": True}, "the kind of run of one is not that of the other"),
        ({"third": True}, "the arms of one is not that of the other"),
    ],
)
def test_runs_that_ask_something_else_are_refused(
    on: Make, truth: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(InputError, match=complaint):
        load_sides([on("local"), on("compose", **truth)])


def test_another_margin_is_another_primary_metric(on: Make) -> None:
    primary = on("local").read_plan().scenario.primary.model_dump(exclude={"between"})
    other = on("compose", primary={**primary, "margin": 0.05})
    with pytest.raises(InputError, match="the primary metric of one is not that of the other"):
        load_sides([on("local"), other])


def test_two_runs_of_one_platform_are_to_be_pooled(on: Make) -> None:
    with pytest.raises(InputError, match="More than one of the runs is of platform compose"):
        load_sides([on("compose"), on("local"), on("compose")])


def test_one_run_is_nothing_to_compare(on: Make) -> None:
    with pytest.raises(InputError, match="One run is nothing to compare"):
        load_sides([on("local")])


def _cells(sides: Sides) -> dict[str, tuple[str, ...]]:
    return {row.heading: row.cells for row in difference_rows(sides)}


def test_what_differs_is_told_with_what_each_platform_has(on: Make) -> None:
    compose = on("compose", {"factors": {"threads": "8", "network": "bridge"}})
    local = on("local", {"factors": {"threads": "8", "cores": "0 and 1"}})
    found = _cells(load_sides([local, compose]))
    assert found["cores"] == ("0 and 1", "\N{EN DASH}")
    assert found["network"] == ("\N{EN DASH}", "bridge")
    assert "threads" not in found


def test_what_was_planned_differently_is_told(on: Make) -> None:
    found = _cells(load_sides([on("local"), on("compose", rate=40.0, blocks=3)]))
    assert found["load.rate"] == ("30.0", "40.0")
    assert found["blocks planned"] == ("6", "3")


def test_the_table_has_each_metric_on_each_platform(on: Make) -> None:
    sides = load_sides([on("local"), on("compose", blocks=1)])
    rows = metric_rows(sides)
    assert [row.strong for row in rows] == [True] + [False] * (len(rows) - 1)
    assert all(len(row.cells) == 8 for row in rows)
    assert " to " in rows[0].cells[3]
    assert rows[0].cells[7].startswith("no interval")


def test_the_table_tells_each_verdict_as_its_own_report_does(on: Make) -> None:
    sides = load_sides([on("local"), on("swarm", failed_share=OTHER_WAY)])
    assert [row.heading for row in verdict_rows(sides)] == ["local", "swarm"]
    outcome, verdict, blocks, _ = verdict_rows(sides)[1].cells
    assert (outcome, blocks) == ("contradicted", "6 of 6")
    assert verdict == sides.sides[1].summary.verdict


def test_the_figure_has_a_row_for_each_platform_and_the_margin_below_each_metric(
    on: Make,
) -> None:
    sides = load_sides([on("local"), on("compose")])
    figure = draw(sides)
    assert len(figure.axes) == len(sides.metrics)
    for axes in figure.axes:
        low, high = axes.get_xlim()
        assert low < 0 < high
        assert [label.get_text() for label in axes.get_yticklabels()] == ["local", "compose"]
        assert "margin" in axes.get_xlabel()


def test_the_page_is_whole_and_comes_out_the_same_again(on: Make, tmp_path: Path) -> None:
    runs, out = [on("local"), on("compose", failed_share=OTHER_WAY)], tmp_path / "page"
    findings = build_comparison(runs, out)
    page = (out / "index.html").read_bytes()
    assert findings.says.encode() in page.replace(b"&#39;", b"'")
    assert orjson.loads((out / FINDINGS_NAME).read_bytes())["agree"] is False
    assert (out / "figures" / "platforms.svg").is_file()
    build_comparison(runs, out)
    assert (out / "index.html").read_bytes() == page


def test_a_folder_with_something_else_is_not_touched(on: Make, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds something else than a report"):
        build_comparison([on("local"), on("compose")], other)
