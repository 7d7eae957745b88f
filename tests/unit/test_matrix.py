"""The matrix: every fault once per block, in an order of its own."""

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from experiment.errors import InputError
from experiment.faults.on_roles import Hang
from experiment.matrix import Matrix
from experiment.scenario import load_scenario
from loadtests.rates import stretches_of
from testbed import scenarios
from testbed.planning import make_plan, turns_of

BLAST = scenarios.find("blast-radius")
EACH = ({"name": "hang", "kind": "hang"}, {"name": "slow", "kind": "delay", "delay_ms": 900})
CUT_OFF = {"name": "cut-off", "kind": "black-hole", "caller": "orders", "callee": "payments"}


def _matrix(*faults: dict[str, Any], **members: Any) -> Matrix:
    parts = {
        "faults": faults or EACH,
        "roles": dict.fromkeys(("smoke", "demo", "full"), ("orders", "payments", "carts")),
        "event_s": {"smoke": 1, "demo": 2, "full": 5},
        "recovery_s": {"smoke": 1, "demo": 2, "full": 4},
        "controls": {"smoke": 1, "demo": 1, "full": 2},
    }
    return Matrix.model_validate(parts | members)


def test_a_fault_that_needs_a_role_strikes_each_and_any_other_is_taken_as_it_is() -> None:
    matrix = _matrix(*EACH, {"name": "stall", "kind": "hang", "role": "search"})
    planned = matrix.planned("full")

    assert len(planned) == 7
    assert planned["hang-orders"] == Hang(role="orders")
    assert planned["stall"] == Hang(role="search")


@given(st.integers(0, 2**32))
def test_every_fault_and_every_control_comes_once_in_every_order(seed: int) -> None:
    matrix = _matrix()
    turns = matrix.shuffled("full", random.Random(seed))

    assert sorted(turns, key=lambda turn: turn.name) == sorted(
        matrix.declared("full"), key=lambda turn: turn.name
    )
    assert [turn.name for turn in turns].count("control-2") == 1


def test_each_fault_is_followed_by_its_own_recovery_and_a_control_is_as_long_as_both() -> None:
    matrix = _matrix()
    phases = [phase for _, _, phase in matrix.phases("full", matrix.declared("full"))]

    for one, other in pairwise(phases):
        assert (one.kind == "event") == (other.name == f"after-{one.name}")
    assert {phase.seconds.full for phase in phases if phase.kind == "event"} == {5}
    assert {phase.seconds.full for phase in phases if phase.kind == "baseline"} == {9}
    assert [phase.faults for phase in phases if phase.kind != "event"] == [()] * 8


def test_a_fault_that_one_architecture_cannot_have_is_not_counted_among_the_others() -> None:
    outside = {"name": "outside", "kind": "black-hole", "callee": "payment-provider"}
    matrix = _matrix(EACH[0], CUT_OFF, outside)
    groups = {
        phase.name: group for group, _, phase in matrix.phases("full", matrix.declared("full"))
    }

    assert (groups["cut-off"], groups["after-cut-off"]) == ("one-sided", "one-sided-recoveries")
    assert (groups["outside"], groups["after-outside"]) == ("faults", "recoveries")
    assert groups["hang-orders"] == "faults"


def _rows(*faults: dict[str, Any]) -> dict[str, str]:
    matrix = _matrix(*faults)
    return {phase.name: row for _, row, phase in matrix.phases("full", matrix.declared("full"))}


def test_a_row_is_a_name_for_its_fault_in_every_role() -> None:
    rows = _rows(*EACH, {"name": "stall", "kind": "hang", "role": "search"}, CUT_OFF)

    assert [name for name, row in rows.items() if row == "hang"] == [
        "hang-orders", "hang-payments", "hang-carts",
    ]  # fmt: skip
    assert (rows["after-slow-carts"], rows["stall"]) == ("after-slow", "stall")
    assert (rows["cut-off"], rows["control-1"]) == ("cut-off", "control-1")


def test_a_metric_may_name_a_row_that_every_profile_has() -> None:
    known = BLAST.reported_phases()

    assert {"crash", "down", "hang", "slow", "errors", "after-hang", "faults"} <= known
    assert {phase.group for phase in BLAST.timetable("full") if phase.is_in("hang")} == {"faults"}
    assert len([phase for phase in BLAST.timetable("full") if phase.is_in("hang")]) == 9
    assert "hang-orders" not in known


@pytest.mark.parametrize("row", ["faults", "control-1", "baseline", "after-slow"])
def test_a_row_has_a_name_of_its_own(tmp_path: Path, row: str) -> None:
    with pytest.raises(InputError, match="two phases have the same name"):
        load_scenario(_changed(tmp_path, 'name = "hang"', f'name = "{row}"'))


def test_a_row_without_roles_in_a_profile_is_no_phase_of_it(tmp_path: Path) -> None:
    named = 'name = "lost"\nkind = "outage"\nrole = "search"\n\n[[matrix.faults]]\nname = "hang"'
    file = _changed(tmp_path, 'name = "hang"', named)
    file.write_text(
        file.read_text(encoding="utf-8").replace('smoke = ["recommendations"]', "smoke = []", 1),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="the metric's phase 'crash' is none of"):
        load_scenario(file)


def test_no_metric_of_faults_counts_a_row_that_one_architecture_cannot_have(
    tmp_path: Path,
) -> None:
    cut = "".join(f'{key} = "{value}"\n' for key, value in CUT_OFF.items())
    file = _changed(tmp_path, "[[matrix.faults]]", f"[[matrix.faults]]\n{cut}[[matrix.faults]]")
    assert load_scenario(file)

    text = file.read_text(encoding="utf-8").replace('phase = "crash"', 'phase = "cut-off"', 1)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="monolith cannot have all faults of 'cut-off'"):
        load_scenario(file)


@given(st.integers(0, 2**32), st.floats(0.1, 600))
def test_seconds_that_are_scattered_move_the_moments_but_not_the_end(
    seed: int, scatter_s: float
) -> None:
    matrix = _matrix(scatter_s=dict.fromkeys(("smoke", "demo", "full"), scatter_s))
    turns = matrix.shuffled("full", random.Random(seed))

    assert sum(turn.extra_s for turn in turns) == pytest.approx(scatter_s)
    assert all(turn.extra_s == 0 for turn in turns if turn.name.startswith("control"))
    ends = [
        sum(phase.seconds.full for _, _, phase in matrix.phases("full", order))
        for order in (turns, matrix.declared("full"))
    ]
    assert ends[0] == pytest.approx(ends[1])


def test_moments_that_are_scattered_are_uniform() -> None:
    matrix = _matrix(scatter_s=dict.fromkeys(("smoke", "demo", "full"), 100.0))
    drawn = [matrix.shuffled("full", random.Random(seed)) for seed in range(400)]
    extras = [turn.extra_s for turns in drawn for turn in turns if turn.extra_s]

    assert sum(extra < 100 * (1 - 0.5 ** (1 / 5)) for extra in extras) / len(extras) == (
        pytest.approx(0.5, abs=0.03)
    )


def test_the_order_differs_between_blocks_and_follows_from_the_seed() -> None:
    orders = turns_of(BLAST, "full", blocks=5, seed=1)

    assert len(set(orders)) == 5
    assert orders == turns_of(BLAST, "full", blocks=5, seed=1)
    assert orders != turns_of(BLAST, "full", blocks=5, seed=2)


def test_the_plan_holds_one_order_per_block_for_all_its_arms() -> None:
    plan = make_plan(BLAST, "demo", 3, seed=None, factors={})
    tables = [plan.timetable(block) for block in (1, 2, 3)]

    assert [len(table) for table in tables] == [len(BLAST.timetable("demo"))] * 3
    for table, turns in zip(tables, plan.turns, strict=True):
        struck = [planned.phase.name for planned in table if planned.phase.faults]
        assert struck == [t.name for t in turns if not t.name.startswith("control")]
        assert table[0].start_s == 0
        assert all(one.end_s == other.start_s for one, other in pairwise(table))


def test_the_load_lasts_as_long_as_the_matrix_and_does_not_know_its_order() -> None:
    stretches = stretches_of(BLAST, "full")

    assert sum(stretch.seconds for stretch in stretches) == BLAST.duration_s("full")
    assert len(stretches) == len(BLAST.phases) + 1


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"name": "x", "kind": "delay"}, "x, delay_ms: Field required"),
        ({"name": "x", "kind": "flood"}, "x, kind: Input tag 'flood'"),
        ({"name": "hang", "kind": "hang", "role": "kitchen"}, "hang, role: Input should be"),
    ],
)
def test_a_fault_that_is_none_is_named(fault: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        _matrix(fault)


def test_two_faults_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="two faults have the same name"):
        _matrix(*EACH, {"name": "hang", "kind": "error"})


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('phase = "faults"', 'phase = "control"', "the phase 'control' has no faults"),
        ('phase = "recoveries"', 'phase = "hang-orders"', "phase 'hang-orders' is none of"),
        ('name = "baseline"', 'name = "control"', "two phases have the same name"),
        ("delay_ms = 1000", "delay_s = 1", "slow, delay_ms: Field required"),
        (
            "[[arms]]",
            '[load.shape]\nkind = "diurnal"\nperiod_s = 9\nlow = 1\nhigh = 2\n[[arms]]',
            "",
        ),
    ],
)
def test_a_mistake_in_a_matrix_is_one_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence or "a load without a shape") as raised:
        load_scenario(_changed(tmp_path, old, new))
    assert "\n" not in str(raised.value)


def _changed(folder: Path, old: str, new: str) -> Path:
    text = (scenarios.FOLDER / "blast-radius.toml").read_text(encoding="utf-8")
    assert old in text
    file = folder / "mine.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return file
