"""The checklist is filled from what the run did."""

from collections.abc import Callable

import pytest

from analysis.checklist import Answer, checklist
from analysis.measured import load_run
from experiment.record import RunFolder

Make = Callable[..., RunFolder]


def answers(folder: RunFolder) -> dict[str, Answer]:
    return {answer.principle[:2]: answer for answer in checklist(load_run(folder))}


@pytest.mark.parametrize(("blocks", "met"), [(1, "not met"), (2, "partly"), (6, "met")])
def test_repetition_and_statistics_are_met_by_enough_blocks_only(
    make: Make, blocks: int, met: str
) -> None:
    found = answers(make(blocks=blocks, rate=10))

    assert found["P1"].met == found["P6"].met == met
    assert f"{blocks} of {blocks} blocks complete" in found["P1"].says


def test_each_answer_holds_figures_of_this_run(make: Make) -> None:
    found = answers(make(blocks=2, rate=12, status={(2, "monolith"): "void"}))

    assert len(found) == 8
    assert "1 of 2 blocks complete" in found["P1"].says
    assert "1 of 4 trials did not count" in found["P1"].says
    assert "Not varied: 12 journeys per second" in found["P2"].says
    assert "made-up, 2 cores, kernel 6.1" in found["P3"].says
    assert "816 request rows of 2 trials" in found["P4"].says
    assert "CPU-seconds by monolith" in found["P8"].says
    assert "Not measured: energy" in found["P8"].says


def test_changed_code_is_no_open_artifact(make: Make) -> None:
    found = answers(make(blocks=1, plan={"commit": "0123-dirty"}))

    assert found["P4"].met == "not met"
    assert "0123-dirty" in found["P4"].says


def test_a_run_without_a_complete_block_meets_what_it_can(make: Make) -> None:
    found = answers(make(blocks=1, absent=frozenset({(1, "monolith")})))

    assert [found[p].met for p in ("P1", "P5", "P6", "P8")] == ["not met"] * 4
