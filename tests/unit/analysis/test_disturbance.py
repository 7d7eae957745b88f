"""What comes from outside of a trial voids it, in the phase in which it came."""

from collections.abc import Callable, Mapping

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analysis.gates import gates_of
from analysis.limits import limits_of
from analysis.measured import load_run
from analysis.summary import summarise
from experiment.record import Gate, RunFolder, TrialRecord, read_json, write_json
from experiment.rows import SAMPLES
from tests.unit.analysis.conftest import OUTAGE

Make = Callable[..., RunFolder]
Rows = pd.DataFrame
TOOL = 0.04
"""CPUs that the tool uses beside the generator."""
KERNEL = 0.01
"""CPUs of each core that interrupts and threads of the kernel take."""
APART = {"store": [0], "generator": [1]}
GATES = ("foreign CPU", "stolen CPU", "clock")


def watched(
    folder: RunFolder,
    edit: Callable[[Rows], Rows] = lambda rows: rows,
    cores: Mapping[str, list[int]] = APART,
    limit_share: float = 0.05,
) -> RunFolder:
    """One trial whose cores and clock were watched, and disturbed as ``edit`` says."""
    trial = folder.trial(1, "microservices")
    rows = edit(_with_what_was_seen(pq.read_table(trial.samples, partitioning=None).to_pandas()))
    pq.write_table(pa.Table.from_pandas(rows, SAMPLES, preserve_index=False), trial.samples)
    event = {"at": 0.0, "event": "cores-watched", **cores, "limit_share": limit_share}
    lines = trial.events.read_bytes().splitlines(keepends=True)
    trial.events.write_bytes(b"".join([lines[0], orjson.dumps(event) + b"\n", *lines[1:]]))
    return folder


def _with_what_was_seen(rows: Rows) -> Rows:
    since_s = rows["t_s"] - rows["t_s"].min()
    beside = rows["role"].isin(["generator", "payment-provider"])
    for role, own in (("edge", ~beside), ("generator", beside)):
        here = rows["role"] == role
        cpu_s = rows[own].groupby("t_s")["cpu_s"].sum()
        tool_s = TOOL * since_s if role == "generator" else 0.0
        busy_s = 1000 + rows["t_s"].map(cpu_s) + KERNEL * since_s + tool_s
        rows.loc[here, "cores_busy_s"] = busy_s[here]
        rows.loc[here, "cores_steal_s"] = 5 + 0.001 * since_s[here]
    rows.loc[rows["role"] == "generator", "tool_cpu_s"] = 3 + TOOL * since_s
    rows.loc[rows["role"] == "generator", "clock_ms"] = 0.4 * since_s  # slewed
    return rows


def growing(role: str, column: str, share: float) -> Callable[[Rows], Rows]:
    """That number of CPUs more of a column during the outage."""

    def edit(rows: Rows) -> Rows:
        here = rows["role"] == role
        rows.loc[here, column] += share * (rows["t_s"] - OUTAGE[0]).clip(0, OUTAGE[1] - OUTAGE[0])
        return rows

    return edit


def stepping(by_ms: float) -> Callable[[Rows], Rows]:
    def edit(rows: Rows) -> Rows:
        rows["clock_ms"] += by_ms * (rows["t_s"] > OUTAGE[0])
        return rows

    return edit


def found(folder: RunFolder) -> dict[str, Gate]:
    gates = gates_of(folder.trial(1, "microservices"), folder.arrivals(1))
    return {gate.name: gate for gate in gates}


def broken(folder: RunFolder) -> dict[str, str]:
    return {gate.name: gate.says for gate in found(folder).values() if not gate.passed}


def test_an_undisturbed_trial_passes_and_says_what_was_seen(make: Make) -> None:
    gates = found(watched(make(blocks=1, rate=12.0)))
    assert all(gate.passed for gate in gates.values())
    foreign, stolen, clock = (gates[name].says for name in GATES)
    assert foreign.startswith("other programs took 1% of a core of ")
    assert foreign.endswith("; limit 5% and 0.2 s")
    assert stolen.startswith("the hypervisor gave 0.1% of ")
    assert "the wall clock moved by 0.4 ms at most against the monotonic one" in clock


@pytest.mark.parametrize("role", ["edge", "generator"])
@pytest.mark.parametrize(("share", "fails"), [(0.5, True), (0.07, True), (0.02, False)])
def test_a_program_that_takes_part_of_a_core_in_one_phase_fails(
    make: Make, role: str, share: float, *, fails: bool
) -> None:
    folder = watched(make(blocks=1, rate=12.0), growing(role, "cores_busy_s", share))
    assert list(broken(folder)) == ["foreign CPU"] * fails
    if fails:
        whose = "the store's cores" if role == "edge" else "the generator's"
        assert broken(folder)["foreign CPU"].startswith(
            f"other programs took {share + KERNEL:.0%} of a core of {whose} in outage"
        )


def test_what_store_generator_and_tool_use_is_not_foreign(make: Make) -> None:
    def used(rows: Rows) -> Rows:
        for role, column in (("orders", "cpu_s"), ("edge", "cores_busy_s")):
            rows = growing(role, column, 0.5)(rows)
        for column in ("tool_cpu_s", "cores_busy_s"):
            rows = growing("generator", column, 0.5)(rows)
        return rows

    assert broken(watched(make(blocks=1, rate=12.0), used)) == {}


def test_more_cores_have_more_interrupts_and_no_more_room_for_a_program(make: Make) -> None:
    cores = {"store": [0, 1, 2], "generator": [3]}
    for share, fails in ((0.06, False), (0.5, True)):
        edit = growing("edge", "cores_busy_s", share)
        folder = watched(make(blocks=1, rate=12.0), edit, cores)
        assert ("foreign CPU" in broken(folder)) is fails


def test_on_the_only_core_both_sides_are_known(make: Make) -> None:
    def on_one_core(rows: Rows) -> Rows:
        of_all = rows.groupby("t_s")["cores_busy_s"].sum()
        return rows.assign(cores_busy_s=rows["t_s"].map(of_all))

    cores = {"store": [0], "generator": [0]}
    assert broken(watched(make(blocks=1, rate=12.0), on_one_core, cores)) == {}

    def with_another(rows: Rows) -> Rows:
        return growing("generator", "cores_busy_s", 0.3)(on_one_core(rows))

    assert list(broken(watched(make(blocks=1, rate=12.0), with_another, cores))) == ["foreign CPU"]


def test_a_scenario_may_ask_for_nothing(make: Make) -> None:
    edit = growing("edge", "cores_busy_s", 0.9)
    assert broken(watched(make(blocks=1, rate=12.0), edit, limit_share=1.0)) == {}


def test_what_a_warm_up_met_counts_nowhere(make: Make) -> None:
    def in_the_warm_up(rows: Rows) -> Rows:
        rows.loc[rows["role"] == "edge", "cores_busy_s"] += 0.9 * (rows["t_s"] + 1).clip(0, 5)
        return rows

    folder = watched(make(blocks=1, rate=12.0), in_the_warm_up)
    file = folder.trial(1, "microservices").events
    assert list(broken(folder)) == ["foreign CPU"]
    named = b'"event":"phase-started","phase":"warm-up"'
    file.write_bytes(file.read_bytes().replace(named, named + b',"kind":"warm-up"'))
    assert broken(folder) == {}


def test_what_the_generator_uses_to_end_is_not_foreign(make: Make) -> None:
    def ending(rows: Rows) -> Rows:
        here, last = rows["role"] == "generator", rows["t_s"] > rows["t_s"].max() - 1.5
        rows.loc[here & last, "cores_busy_s"] += 3.0
        rows.loc[here & last, "instances"] = 0
        return rows

    assert broken(watched(make(blocks=1, rate=12.0), ending)) == {}


def test_a_hypervisor_that_takes_a_core_in_one_phase_fails(make: Make) -> None:
    folder = watched(make(blocks=1, rate=12.0), growing("edge", "cores_steal_s", 0.06))
    assert broken(folder) == {
        "stolen CPU": "the hypervisor gave 6.1% of the store's cores to others in outage; limit 5%"
    }


@pytest.mark.parametrize(("by_ms", "fails"), [(60.0, True), (-60.0, True), (40.0, False)])
def test_a_clock_that_is_set_fails_and_one_that_is_slewed_passes(
    make: Make, by_ms: float, *, fails: bool
) -> None:
    folder = watched(make(blocks=1, rate=12.0), stepping(by_ms))
    assert list(broken(folder)) == ["clock"] * fails


def test_a_clock_that_is_set_before_the_first_sample_fails(make: Make) -> None:
    folder = watched(make(blocks=1, rate=12.0), lambda rows: rows.assign(clock_ms=300.0))
    assert list(broken(folder)) == ["clock"]


def test_who_was_not_watched_has_no_gate_and_the_report_says_so(make: Make) -> None:
    folder = make(blocks=1, rate=12.0)
    assert not set(GATES) & set(found(folder))
    run = load_run(folder)
    said = [each for each in limits_of(run, summarise(run)) if "was not watched" in each]
    assert said == [
        (
            "It was not watched what other programs took of the store's cores and the generator's "
            "under load. It may have favoured an arm."
        ),
        "It was not watched whether the clock was set under load. It may have favoured an arm.",
    ]


def test_a_trial_that_was_watched_and_whose_evidence_is_gone_is_damaged(make: Make) -> None:
    folder = make(blocks=1, rate=12.0)
    file = folder.trial(1, "microservices").run
    record = read_json(file, TrialRecord)
    gates = (*record.gates, Gate(name="foreign CPU", passed=True, says="made up"))
    write_json(file, record.model_copy(update={"gates": gates}))

    (damage,) = load_run(folder).damaged
    assert "the raw files hold nothing that it could be judged by" in damage.reason
    watched(folder)
    assert load_run(folder).damaged == ()
