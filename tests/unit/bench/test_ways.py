import pytest

from testbed.bench.cost import Cost
from testbed.bench.crossing.ways import CROSSING, LEANEST, WAYS, figures, parts, ratios
from testbed.bench.rounds import Costs

MS = {
    "floor": 0.30,
    "leanest": 0.50,
    "pooled": 0.58,
    "client": 0.60,
    "service": 0.56,
    "crossing": 0.66,
    "lean": 0.55,
    "proxied": 0.96,
    "bytes": 0.32,
    "json": 0.35,
}


def costs() -> Costs:
    """Three rounds, each of its own speed; half of the CPU time is the callee's."""
    return {
        name: [
            Cost(1.1 * ms * pace, {"caller": 0.5 * ms * pace, "callee": 0.5 * ms * pace})
            for pace in (1.0, 1.2, 0.9)
        ]
        for name, ms in MS.items()
    }


def test_the_tax_is_a_crossing_beside_the_leanest_way() -> None:
    by_cpu, by_clock, *_ = ratios(costs())
    assert by_cpu.figure.value == pytest.approx(0.66 / 0.5)
    assert by_clock.figure.value == pytest.approx(0.66 / 0.5)
    assert by_cpu.is_kept


def test_the_library_is_known_by_two_crossings_that_differ_in_nothing_else() -> None:
    found = {ratio.says: ratio.figure.value for ratio in ratios(costs())}
    assert found["a crossing by http.client / by urllib3, CPU time"] == pytest.approx(0.55 / 0.66)


def test_a_part_is_what_two_ways_that_differ_in_it_differ_by() -> None:
    found = {part.name: part.cpu_ms.value for part in parts(costs())}
    pace = (1.0 + 1.2 + 0.9) / 3
    assert found["framework: Flask"] == pytest.approx(0.2 * pace)
    assert found["proxy: Envoy (not in the way by default)"] == pytest.approx(0.3 * pace)
    assert found["serialisation: nine products"] == pytest.approx(0.03 * pace)


def test_parts_of_a_crossing_add_up_to_it() -> None:
    """Floor, Flask, service and client, where the client costs the same before either callee."""
    found = {part.name: part.cpu_ms.value for part in parts(costs())}
    in_the_way = [
        ms for name, ms in found.items() if not name.startswith(("proxy", "serialisation"))
    ]
    crossing = next(way for way in figures(costs()) if way.name == CROSSING.name)
    assert sum(in_the_way) == pytest.approx(crossing.cpu_ms.value)


def test_every_way_has_a_figure_and_differs_from_the_leanest_in_something() -> None:
    assert {way.name for way in figures(costs())} == {way.name for way in WAYS} == set(MS)
    chosen = {(way.client, way.callee, way.path) for way in WAYS}
    assert len(chosen) == len(WAYS)
    assert LEANEST in WAYS
