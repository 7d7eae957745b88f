"""Which A/A runs leave a noise floor, and what a report makes of it."""

from collections.abc import Callable
from pathlib import Path

from analysis.limits import limits_of
from analysis.measured import load_run
from analysis.summary import summarise
from experiment.noise_floor import file_in, read
from experiment.record import RunFolder
from testbed import noise_floor

Make = Callable[..., RunFolder]


def remember(results: Path, folder: RunFolder) -> set[str]:
    kept = noise_floor.remember(results, folder.read_plan(), summarise(load_run(folder)))
    return {floor.metric for floor in kept}


def said(folder: RunFolder) -> str:
    run = load_run(folder)
    return " ".join(limits_of(run, summarise(run)))


def test_a_whole_aa_run_of_six_blocks_leaves_its_floors(make: Make, tmp_path: Path) -> None:
    kept = remember(tmp_path, make(blocks=6, aa=True, rate=20))

    assert {"failed_share", "latency_p95_ms"} <= kept
    floors = read(tmp_path).floors
    assert {floor.architecture for floor in floors} == {"monolith"}
    assert all(floor.floor > 0 and floor.blocks == 6 for floor in floors)


def test_five_blocks_a_cut_off_run_and_a_comparison_leave_none(make: Make, tmp_path: Path) -> None:
    assert remember(tmp_path, make(blocks=5, aa=True, rate=12)) == set()
    cut_off = make(blocks=7, aa=True, rate=12, absent=frozenset({(7, "monolith-b")}))
    assert remember(tmp_path, cut_off) == set()
    assert remember(tmp_path, make(blocks=2)) == set()
    assert not file_in(tmp_path).exists()


def test_the_report_says_when_the_noise_floor_is_unknown(make: Make) -> None:
    assert "its noise floor is unknown" in said(make(blocks=1, noise_floor={}))


def test_the_report_names_the_floors_of_its_plan_and_where_they_come_from(make: Make) -> None:
    plan = {
        "noise_floor": {"latency_p95_ms": 0.1, "failed_share": 0.004},
        "noise_floor_from": ("monolith in steady-load, run one, 20 blocks, commit 0123",),
    }
    words = said(make(blocks=1, plan=plan))

    assert "failed_share 0.400 percentage points, latency_p95_ms 10.5 %" in words
    assert "monolith in steady-load, run one, 20 blocks, commit 0123" in words
