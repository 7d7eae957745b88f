"""What was planned is drawn from the schedule; a slow store cannot make it look like less."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from analysis.limits import limits_of
from analysis.measured import MeasuredRun, load_run
from analysis.planned import planned_s_of
from analysis.plots import arms, timeline, timeline_panels
from analysis.plots.timeline_panels import draw_throughput, throughput_of, where_moved
from analysis.summary import summarise
from experiment.errors import InputError
from experiment.record import RunFolder
from experiment.rows import REQUESTS
from tests.unit.analysis.conftest import OUTAGE, Truth

Make = Callable[..., RunFolder]
DUE = "more than 5 % of the highest planned rate, and a second before and after."
STALL, OVER_S = (6.0, 9.0), 9.5
REFERENCE = Path(__file__).parents[3] / "results/reference/outage-one-service/20261123-132509-473d"


def stalled(
    folder: RunFolder,
    stall: tuple[float, float] = STALL,
    over_s: float = OVER_S,
    arm: str = "monolith",
) -> RunFolder:
    """The arm's requests that were planned in the stall are due at its end."""
    for record in folder.trials():
        if record.arm == arm:
            file = folder.files_of(record).requests
            rows = pq.read_table(file, partitioning=None).to_pandas()
            in_stall = rows["intended_s"].between(*stall)
            rows.loc[in_stall, ["intended_s", "sent_s", "ended_s"]] = over_s
            pq.write_table(pa.Table.from_pandas(rows, REQUESTS, preserve_index=False), file)
    return folder


def late(folder: RunFolder) -> RunFolder:
    """The monolith's requests of the last seconds of the outage are due in the recovery."""
    return stalled(folder, (OUTAGE[1] - 3, OUTAGE[1]), OUTAGE[1] + 0.5)


def lines(run: MeasuredRun, arm: str) -> dict[str, Any]:
    axes: Axes = Figure().subplots()
    draw_throughput(throughput_of(run), axes, run, arm, first=True)
    return {
        str(patch.get_label()): np.asarray(patch.get_data()[0])
        for patch in axes.patches
        if isinstance(patch, StepPatch)
    }


def test_both_arms_have_the_same_planned_line_though_one_of_them_stalls(make: Make) -> None:
    folder = stalled(make(blocks=1))
    run = load_run(folder)
    monolith, services = lines(run, "monolith"), lines(run, "microservices")
    planned_s = pq.read_table(folder.arrivals(1))["intended_s"].to_numpy()
    counts = np.histogram(planned_s, np.arange(len(monolith["planned"]) + 1))[0]

    assert monolith["planned"].tolist() == services["planned"].tolist() == counts.tolist()
    assert monolith["due"][7] == 0 < counts[7]
    assert monolith["due"][9] > 2 * counts[9]


def test_due_is_drawn_and_named_only_where_it_differs(make: Make) -> None:
    run, calm = load_run(stalled(make(blocks=1))), load_run(make(blocks=1))

    assert np.isfinite(lines(run, "monolith")["due"]).nonzero()[0].tolist() == list(range(5, 11))
    assert np.isnan(lines(run, "microservices")["due"]).all()
    assert DUE in timeline.caption(run)
    assert "due" not in lines(calm, "monolith")
    assert "Due: " not in timeline.caption(calm)


def test_the_figure_of_all_arms_names_the_line_that_only_an_arm_of_no_pair_has(make: Make) -> None:
    run = load_run(stalled(make(blocks=1, third=True), arm="microservices-b"))

    assert "due" not in lines(run.compared_by(run.scenario.primary), "monolith")
    assert "Due: " not in timeline.caption(run)
    assert "due" in lines(run, "microservices-b")
    assert DUE in arms.caption(run)


def test_a_figure_of_all_arms_counts_the_requests_of_each_once(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(make(blocks=1, third=True))
    counted: list[str] = []
    count = timeline_panels._rates

    def counting(run: MeasuredRun, arm: str) -> timeline_panels.Rates:
        counted.append(arm)
        return count(run, arm)

    monkeypatch.setattr(timeline_panels, "_rates", counting)
    arms.draw(run)
    assert counted == list(run.arms)


@pytest.mark.parametrize("seconds", [1, 2, 3])
def test_a_load_of_a_few_seconds_has_its_lines(seconds: int) -> None:
    planned, due = np.full(seconds, 4.0), np.zeros(seconds)

    assert where_moved(planned, due).tolist() == due.tolist()
    assert np.isnan(where_moved(planned, planned)).all()


def test_a_reference_run_shows_what_was_planned_in_the_seconds_of_the_stall() -> None:
    run = load_run(RunFolder(REFERENCE))
    monolith, services = lines(run, "monolith"), lines(run, "microservices")

    assert monolith["planned"].tolist() == services["planned"].tolist()
    assert monolith["planned"][[17, 31]].tolist() == pytest.approx([52.8, 60.3])
    assert monolith["due"][[17, 31]].tolist() == pytest.approx([23.6, 111.9])


def test_the_report_says_how_many_requests_of_the_primary_metric_count_elsewhere() -> None:
    run = load_run(RunFolder(REFERENCE))
    [said] = [each for each in limits_of(run, summarise(run)) if "were planned in" in each]

    assert "6,624 were planned in outage and 5,599 count in it in monolith, since a later" in said


def test_a_phase_that_gets_what_another_lost_is_said_to_count_more_than_planned(make: Make) -> None:
    primary = Truth().primary | {"phase": "recovery"}
    run = load_run(late(make(blocks=1, primary=primary)))
    [said] = [each for each in limits_of(run, summarise(run)) if "were planned in" in each]

    planned, counted = (int(number) for number in re.findall(r"(\d+) (?:were planned|count)", said))
    assert planned < counted
    assert "other phases" not in said


def test_a_schedule_of_another_run_is_refused(make: Make) -> None:
    rows = pd.DataFrame({"seq": [0, 1_000_000], "step": [0, 0]})
    with pytest.raises(InputError, match="lacks requests that were made"):
        planned_s_of(rows, make(blocks=1).arrivals(1))


def test_a_block_whose_schedule_has_a_row_twice_is_damaged(make: Make) -> None:
    folder = make(blocks=3)
    schedule = pq.read_table(folder.arrivals(2), partitioning=None)
    pq.write_table(pa.concat_tables([schedule, schedule.slice(0, 1)]), folder.arrivals(2))
    run = load_run(folder)

    assert run.blocks == [1, 3]
    assert "arrivals.parquet has a step of a journey twice" in run.damaged[0].reason


def test_a_block_without_its_schedule_is_damaged(make: Make) -> None:
    folder = make(blocks=3)
    folder.arrivals(2).unlink()
    run = load_run(folder)

    assert run.blocks == [1, 3]
    assert {found.block for found in run.damaged} == {2}
    assert "arrivals.parquet is missing" in run.damaged[0].reason
