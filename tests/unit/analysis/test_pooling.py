"""Runs are pooled when every checked fact agrees, and refused with the one that does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.measured import load_run
from analysis.pooling import load_pooled
from analysis.report import build_pooled
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.facts import differing_entry, differing_fact
from experiment.record import RunFolder, read_json, write_json

Make = Callable[..., RunFolder]
OTHER = {"run_id": "other", "seed": 8}


def changed(folder: RunFolder, part: str, **members: Any) -> dict[str, Any]:
    """The plan's member ``part`` with other members."""
    return {part: getattr(folder.read_plan(), part).model_copy(update=members)}


def test_blocks_of_all_runs_are_renumbered_and_judged_together(make: Make) -> None:
    one, other = make(blocks=2), make(blocks=3, plan=OTHER)
    summary = summarise(load_pooled([one, other]))

    assert [block.block for block in summary.primary.blocks] == [1, 2, 3, 4, 5]
    assert (summary.blocks_planned, summary.blocks_complete) == (5, 5)
    alone = [summarise(load_run(folder)).primary.blocks for folder in (one, other)]
    effects = [block.effect for blocks in alone for block in blocks]
    assert [block.effect for block in summary.primary.blocks] == effects


def test_a_void_trial_of_the_second_run_leaves_out_its_own_block(make: Make) -> None:
    other = make(blocks=2, plan=OTHER, status={(1, "monolith"): "void"})
    run = load_pooled([make(blocks=2), other])

    assert run.blocks == [1, 2, 4]
    assert [(r.block, r.arm) for r in run.records if r.status == "void"] == [(3, "monolith")]


def test_a_damaged_trial_of_the_second_run_is_named_by_its_new_block(make: Make) -> None:
    other = make(blocks=2, plan=OTHER)
    other.trial(1, "monolith").samples.unlink()

    run = load_pooled([make(blocks=2), other])

    assert run.blocks == [1, 2, 4]
    assert [found.block for found in run.damaged] == [3]
    assert summarise(run).outcome is None


def test_runs_with_the_same_seed_are_refused_since_their_arrivals_are_the_same(make: Make) -> None:
    with pytest.raises(InputError, match="made-up and other cannot be pooled: both have the seed"):
        load_pooled([make(blocks=1), make(blocks=1, plan={**OTHER, "seed": 7})])


@pytest.mark.parametrize(
    ("part", "members", "sentence"),
    [
        ("machine", {"cpu_model": "other"}, "the CPU model differs: made-up and other"),
        ("machine", {"cores": 4}, "the number of cores differs: 2 and 4"),
        ("machine", {"kernel": "6.2"}, "the kernel differs: 6.1 and 6.2"),
        ("scenario", {"title": "Another"}, "the scenario's title differs"),
    ],
)
def test_a_plan_that_differs_in_a_part_is_refused_by_that_fact(
    make: Make, part: str, members: dict[str, Any], sentence: str
) -> None:
    one = make(blocks=1)
    other = make(blocks=1, plan={**OTHER, **changed(one, part, **members)})
    with pytest.raises(InputError, match=sentence):
        load_pooled([one, other])


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"profile": "full"}, "the profile differs: demo and full"),
        ({"aa": True}, "the kind of run differs: comparison and A/A"),
        ({"commit": "fedcba"}, "the commit differs: 0123456789abcdef and fedcba"),
        ({"commit": "0123-dirty"}, "the code of run other is not that of a commit"),
        ({"commit": "unknown"}, "the code of run other is not that of a commit"),
        ({"versions": {"flask": "3.0"}}, "the version of envoy differs: 1.40 and nothing"),
        ({"factors": {"threads": "1", "pool": "8 per process"}}, "the factor threads differs"),
        ({"hashes": {"sample data": "ab"}}, "the hash of sample data differs"),
    ],
)
def test_a_plan_that_differs_is_refused_by_its_first_differing_fact(
    make: Make, members: dict[str, Any], sentence: str
) -> None:
    plan = make(blocks=1).read_plan()
    difference = differing_fact(plan, plan.model_copy(update={**OTHER, **members}))
    assert difference is not None
    assert sentence in difference


def test_plans_that_differ_in_seed_and_length_alone_agree(make: Make) -> None:
    plan = make(blocks=1).read_plan()
    scenario = plan.scenario.model_copy(update={"seed": 99})
    order = plan.order * 3
    other = plan.model_copy(update={**OTHER, "scenario": scenario, "order": order})

    assert differing_fact(plan, other) is None


def test_changed_code_does_not_even_agree_with_itself(make: Make) -> None:
    plan = make(blocks=1, plan={"commit": "0123-dirty"}).read_plan()
    assert differing_fact(plan, plan) is not None


def test_other_limits_in_force_are_refused_and_named(make: Make) -> None:
    one, other = make(blocks=1), make(blocks=1, plan=OTHER)
    file = other.trial(1, "microservices").run
    record = type(other.trials()[0])
    limits = {"cpu": "none: no permission", "memory": "none: no permission for cgroups"}
    write_json(file, read_json(file, record).model_copy(update={"limits": limits}))

    with pytest.raises(InputError, match=r"in microservices, the limit in force on cpu differs"):
        load_pooled([one, other])


def test_equal_tables_have_no_differing_entry() -> None:
    assert differing_entry("factor", {"a": "1"}, {"a": "1"}) is None


def test_the_pooled_report_lies_apart_and_names_both_seeds(make: Make, tmp_path: Path) -> None:
    one, other = make(blocks=1), make(blocks=1, plan=OTHER)
    target = tmp_path / "pooled" / "report"
    build_pooled([one, other], target)

    page = (target / "index.html").read_text(encoding="utf-8")
    assert "The blocks come from 2 runs" in page
    assert "seed of run other" in page
    assert not one.report.exists()


def test_a_folder_that_holds_something_else_is_not_written_to(make: Make, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "figures").write_text("precious")

    with pytest.raises(InputError, match="holds something else than a report"):
        build_pooled([make(blocks=1)], mine)
    assert (mine / "figures").read_text() == "precious"
