"""What the report says of an autoscaled run."""

import re
from collections.abc import Callable

import pytest

from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.scaling.saying import sentences
from analysis.scaling.tables import cost_columns, cost_rows, decision_rows
from analysis.summary import summarise
from analysis.wording import figures
from experiment.record import RunFolder
from tests.unit.analysis.conftest import DURATION_S, MEMORY_MB, OUTAGE
from tests.unit.analysis.drawing import drawn, undrawn_page
from tests.unit.analysis.scaled_run import SHARED_CPUS, spiked

Make = Callable[..., RunFolder]


@pytest.fixture
def run(make: Make) -> MeasuredRun:
    return load_run(spiked(make(blocks=3)))


def cells(run: MeasuredRun, line: str) -> dict[str, str]:
    (row,) = (row for row in cost_rows(run) if row.heading.startswith(line))
    return dict(zip(cost_columns(run), row.cells, strict=True))


def test_the_table_says_who_added_what_and_how_much_that_differs(run: MeasuredRun) -> None:
    found = cells(run, "CPU quota added")

    assert list(found) == ["monolith", "microservices", "difference"]
    assert float(found["monolith"].split("\n")[0]) == pytest.approx(0.4 * 18, abs=0.1)
    assert float(found["microservices"].split("\n")[0]) == pytest.approx(0.1 * 37, abs=0.1)
    assert found["difference"].startswith("\N{MINUS SIGN}3.")


def said(run: MeasuredRun, begin: str) -> str:
    (sentence,) = (each for each in sentences(run) if each.startswith(begin))
    return sentence


def test_who_pays_less_for_the_spike_is_said_beside_the_whole_bill(run: MeasuredRun) -> None:
    found = said(run, "CPU quota")

    assert "the spike adds 7.20 CPU-seconds in monolith and 3.7" in found
    whole = figures(SHARED_CPUS * DURATION_S + 0.4 * (DURATION_S + 18))
    assert f"The whole bill, from the start of the load to its end, is {whole} CPU-s" in found
    assert found.count("a difference of \N{MINUS SIGN}") == 2
    assert found.endswith(
        "So microservices pays less for what the spike adds, and pays less in all."
    )


def test_a_whole_bill_may_be_larger_where_less_was_added(make: Make) -> None:
    run = load_run(spiked(make(blocks=3)))
    for block, trial in enumerate(run.of("microservices")):
        samples = trial.samples
        samples.loc[samples["role"] == "edge", "cpus"] += 1.0 + 0.01 * block

    assert said(run, "CPU quota").endswith(
        "pays less for what the spike adds, and pays more in all."
    )


def test_nobody_is_said_to_pay_less_where_the_blocks_do_not_agree(make: Make) -> None:
    run = load_run(spiked(make(blocks=3)))
    for block, trial in enumerate(run.of("microservices")):
        samples = trial.samples
        samples.loc[samples["role"] == "edge", "cpus"] += 2.0 * (block - 1)

    assert said(run, "CPU quota").endswith("was not shown to pay less or more in all.")


def test_one_block_shows_nobody_to_pay_less(make: Make) -> None:
    found = said(load_run(spiked(make(blocks=1))), "CPU quota")

    assert "was not shown to pay less or more for what the spike adds" in found


def test_steps_are_called_alike_where_copies_are_used_alike_at_rest(run: MeasuredRun) -> None:
    for arm, role, used in (
        ("monolith", "monolith", 0.4),
        ("microservices", "recommendations", 0.1),
    ):
        for trial in run.of(arm):
            mine = trial.samples["role"] == role
            trial.samples.loc[mine, "cpu_s"] = 0.4 * used * trial.samples.loc[mine, "t_s"]
    found = said(run, "In use at rest")

    assert "40 % in monolith and 40 % in microservices" in found.replace(".0", "")
    assert "the steps are as large as what a copy needs" in found


def test_steps_of_unlike_use_are_called_so(run: MeasuredRun) -> None:
    for arm, role in (("monolith", "monolith"), ("microservices", "recommendations")):
        for trial in run.of(arm):
            mine = trial.samples["role"] == role
            trial.samples.loc[mine, "cpu_s"] = 0.04 * trial.samples.loc[mine, "t_s"]

    assert "not alike" in said(run, "In use at rest")


def test_a_start_that_took_longer_than_is_declared_is_said(run: MeasuredRun) -> None:
    found = said(run, "An instance starts within the budget")

    assert "serves 3 s after the decision at the earliest" in found
    assert "3 of 3 decisions to add in monolith (mean 4.00 s, longest 4.00 s)" in found
    assert "0 of 6 decisions to add in microservices (mean 2.00 s, longest 2.00 s)" in found


def test_older_records_say_nothing_of_starts(make: Make) -> None:
    folder = spiked(make(blocks=1))
    for record in folder.trials():
        events = folder.files_of(record).events
        events.write_text(re.sub(r'"ready_s":[0-9.]+,', "", events.read_text()))

    assert not any("starts within" in each for each in sentences(load_run(folder)))


def test_what_an_arm_was_refused_is_said(run: MeasuredRun) -> None:
    assert re.search(
        r"asked for, by .*: [1-9]\d* in monolith and 0 in", said(run, "Decisions from")
    )


def test_the_requests_behind_a_reading_are_counted(run: MeasuredRun) -> None:
    trials = [trial for arm in run.arms for trial in run.of(arm)]
    due = [
        trial.requests["intended_s"].between(*OUTAGE, inclusive="left").sum() for trial in trials
    ]
    in_spike = sum(due) / len(due) / (OUTAGE[1] - OUTAGE[0])
    found = said(run, "A reading is the mean of 1.5 s")

    assert f"{figures(1.5 * in_spike)} in the spike" in found


def test_the_page_has_the_sentences(run: MeasuredRun) -> None:
    assert "The whole bill, from the start of the load to its end" in undrawn_page(run)


def test_one_block_has_no_difference(make: Make) -> None:
    run = load_run(spiked(make(blocks=1)))

    assert cost_columns(run) == ["monolith", "microservices"]
    assert {len(row.cells) for row in cost_rows(run)} == {2}


def test_an_objective_that_never_was_missed_is_said_in_words(run: MeasuredRun) -> None:
    found = cells(run, "until the objective")

    assert found["microservices"] == "it always held"
    assert float(found["monolith"].split()[0]) == pytest.approx(5.5, abs=0.2)


def test_the_memory_of_a_copy_is_that_of_an_instance(run: MeasuredRun) -> None:
    found = cells(run, "memory of an added instance")

    assert float(found["monolith"].split("\n")[0]) == pytest.approx(MEMORY_MB)


def test_the_list_has_what_changed_a_number_and_what_was_refused(run: MeasuredRun) -> None:
    rows = decision_rows(run)

    assert [row.group for row in rows] == ["monolith", "", "microservices", "", ""]
    assert rows[0].heading == "15.5 s"
    assert rows[0].cells == (
        "monolith", "1 \N{RIGHTWARDS ARROW} 2", "4", "cpu 0.900 / 0.6",
        "cpu asks for 4, bounded to 2 by the budget", "3.00 s",
    )  # fmt: skip


def test_the_report_prints_the_constants_as_they_passed(run: MeasuredRun) -> None:
    page = undrawn_page(run)

    assert "times compressed 10 to 1: a decision every 1.5 s" in page
    assert "by 100 % in 1.5 s or 4 instances in 1.5 s at most" in page
    assert "down the largest number asked for within 30 s" in page


def test_the_limits_say_what_compression_does_not_shrink(run: MeasuredRun) -> None:
    said = " ".join(limits_of(run, summarise(run)))

    assert "ran 10 times as fast as in a cluster" in said
    assert "or autoscaling, is not seen" not in said
    assert f"The whole bill is that of {DURATION_S:g} s of load" in said


def test_the_figure_comes_after_the_timeline_and_is_drawn(run: MeasuredRun) -> None:
    sections = re.findall(r'<section id="([a-z]+)"', undrawn_page(run))

    assert sections.index("scaling") == sections.index("timeline") + 1
    assert b"asked for by the metric" in drawn("scaling", run)


def test_the_timeline_marks_decisions_that_changed_a_number(run: MeasuredRun) -> None:
    assert b"scaled down" in drawn("timeline", run)


def test_a_run_without_an_autoscaler_says_nothing_of_scaling(make: Make) -> None:
    assert 'id="scaling"' not in undrawn_page(load_run(make(blocks=1)))
