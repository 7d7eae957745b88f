import pytest

from testbed.bench.cost import Cost
from testbed.bench.rounds import Costs
from testbed.bench.stores.turn_figures import turns_of
from testbed.bench.stores.turns import COMPOSED, IN_TURN
from testbed.bench.table import turn_tables

ALONE = {"catalog": 0.7, "recommendations": 0.6, "inventory": 0.5, "monolith": 0.9}
IDLE = 0.01
PACES = (1.0, 1.2, 0.9)


def costs() -> Costs:
    """Three starts, each of its own speed; whoever takes turns pays half as much again."""
    alone = {role: {**dict.fromkeys(ALONE, IDLE), role: ms} for role, ms in ALONE.items()}
    in_turn = {role: 1.5 * ms for role, ms in ALONE.items()}
    composed = {role: 2 * ms for role, ms in ALONE.items()} | {"storefront": 1.8}
    ways = {**alone, IN_TURN: in_turn, COMPOSED: composed}
    return {
        way: [Cost(1.0, {role: ms * pace for role, ms in by_role.items()}) for pace in PACES]
        for way, by_role in ways.items()
    }


def test_each_process_is_told_where_it_was_asked() -> None:
    found = {each.role: each for each in turns_of(costs(), 50).processes}
    mean_pace = sum(PACES) / len(PACES)
    catalog = found["catalog"]
    for figure, ms in (
        (catalog.alone_ms, 0.7), (catalog.in_turn_ms, 1.05), (catalog.composed_ms, 1.4)
    ):  # fmt: skip
        assert figure is not None
        assert figure.value == pytest.approx(ms * mean_pace)
    assert found["storefront"].alone_ms is None
    assert found["monolith"].composed_ms is None


def test_ratios_are_of_the_same_work_alone_and_among_others() -> None:
    monolith, in_turn, composed = (each.figure for each in turns_of(costs(), 50).ratios)
    assert (monolith.value, in_turn.value) == (pytest.approx(1.5), pytest.approx(1.5))
    assert composed.value == pytest.approx(2.0)


def test_what_was_not_asked_is_an_empty_cell() -> None:
    (_, _, rows), _ = turn_tables(turns_of(costs(), 50))
    assert next(row for row in rows if row[0] == "storefront")[1:3] == ("", "")
