"""The table of what each store consists of."""

from collections.abc import Callable

import pytest

from analysis.footprint import closed_words, footprint_rows
from analysis.measured import load_run
from experiment.footprint import Footprint, Link, Reading, RoleFootprint, Steady, Traffic
from experiment.record import RunFolder, write_json
from tests.unit.analysis.drawing import undrawn_page

Make = Callable[..., RunFolder]
JOURNEYS_S = (4.0, 14.0)
"""The baseline of made-up runs, in which a journey begins with each request."""


def _reading(memory_mb: float) -> Reading:
    role = RoleFootprint(
        role="storefront", processes=2, memory_mb=memory_mb, database_connections=0
    )
    database = RoleFootprint(role="database", processes=9, memory_mb=50.0, database_connections=0)
    owner = RoleFootprint(role="catalog", processes=2, memory_mb=40.0, database_connections=7)
    links = (
        Link(caller="clients", callee="edge", connections=11),
        Link(caller="edge", callee="storefront", connections=3),
        Link(caller="storefront", callee="catalog", connections=4),
        Link(caller="catalog", callee="payment-provider", connections=5),
    )
    return Reading(took_ms=12.0, roles=(role, owner, database), links=links)


def _footprint(memory_mb: float, closed: int) -> Footprint:
    traffic = [
        Traffic(caller=caller, callee=callee, bytes=1024 * 600 * kb)
        for caller, callee, kb in (
            ("clients", "edge", 1),
            ("edge", "storefront", 2),
            ("storefront", "catalog", 3),
            ("catalog", "storefront", 1),
            ("catalog", "payment-provider", 5),
        )
    ]
    steady = Steady(
        phase="baseline",
        start_s=JOURNEYS_S[0],
        end_s=JOURNEYS_S[1],
        end=_reading(memory_mb + 30),
        traffic=tuple(traffic),
        closed=closed,
    )
    return Footprint(rest=_reading(memory_mb), steady=(steady,))


@pytest.fixture
def folder(make: Make) -> RunFolder:
    """Only the services' trials have a footprint."""
    made = make(blocks=2)
    for block in (1, 2):
        file = made.trial(block, "microservices").footprint
        write_json(file, _footprint(100.0 * block, closed=block))
    return made


def test_each_quantity_is_a_mean_over_blocks_with_its_range(folder: RunFolder) -> None:
    cells = {row.heading: row.cells[1] for row in footprint_rows(load_run(folder))}

    assert cells["memory at rest, MiB"].split("\n")[0] == "240"  # 90 and 100, or 90 and 200
    assert cells["memory under load, MiB"].startswith("270")
    assert cells["processes under load"] == "13"
    assert cells["time from nothing to ready, s"] == "6.50"
    assert cells["database connections at rest"] == "7"


def test_clients_and_provider_are_not_within_the_store(folder: RunFolder) -> None:
    cells = {row.heading: row.cells[1] for row in footprint_rows(load_run(folder))}

    assert cells["TCP connections within the store, under load"] == "7"


def test_bytes_are_told_apart_by_hop_and_counted_per_journey_of_the_phase(
    folder: RunFolder,
) -> None:
    run = load_run(folder)
    cells = {row.heading: row.cells[1].split("\n")[0] for row in footprint_rows(run)}
    rows = run.trial("microservices", 1).requests
    journeys = (rows["phase"] == "baseline").sum()

    for heading, kb in (("clients to edge", 1), ("edge to store", 2), ("between services", 4)):
        told = float(cells[f"{heading}, KiB per journey"])
        assert told == pytest.approx(600 * kb / journeys, rel=0.1)


def test_connections_that_closed_make_bytes_a_lower_bound_which_is_told(
    folder: RunFolder,
) -> None:
    assert closed_words(load_run(folder)).endswith("3 in microservices.")


def test_an_arm_without_a_record_has_empty_cells(folder: RunFolder) -> None:
    assert {row.cells[0] for row in footprint_rows(load_run(folder))} == {"\N{EN DASH}"}


def test_the_page_has_the_table_only_where_footprints_were_read(
    make: Make, folder: RunFolder
) -> None:
    assert 'id="footprint"' in undrawn_page(load_run(folder))
    assert 'id="footprint"' not in undrawn_page(load_run(make(blocks=2)))
