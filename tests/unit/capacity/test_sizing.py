"""What the smallest deployments took, of searches whose stores are known."""

from pathlib import Path

import pytest
from made_searches import MEMORY_MB, USED_SHARE, World, make_search_run

from analysis.capacity.run import SearchRun, load_search_run
from analysis.capacity.sizing import sizing_rows, uses_at
from analysis.money.prices import default_prices
from analysis.report import build
from analysis.wording import NOTHING


def demand(path: Path, **world: object) -> SearchRun:
    known = {"kind": "demand", "lowest": 0.1, "highest": 1.0, "resolution": 1.2, "blocks": 2}
    return load_search_run(make_search_run(path, World(**{"at": (20.0,), **known, **world})))  # type: ignore[arg-type]  # members of World


def test_the_smallest_deployment_is_the_last_that_held(tmp_path: Path) -> None:
    run = demand(tmp_path / "run")
    uses = uses_at(run, 20.0)
    for arm in run.arms:
        limits = [run.limit(block, arm, 20.0) for block in (1, 2)]
        assert [use.cpus.provisioned for use in uses[arm]] == [
            limit.holds for limit in limits if limit
        ]
        assert all(
            use.cpus.provisioned / use.cpus.used == pytest.approx(1 / USED_SHARE)
            for use in uses[arm]
        )
    assert [use.memory_mb.used for use in uses["microservices"]] == [5 * MEMORY_MB] * 2
    assert [use.instances for use in uses["monolith"]] == [3.0, 3.0]


def test_probes_of_one_rung_are_taken_together(tmp_path: Path) -> None:
    (use, _) = uses_at(demand(tmp_path / "run"), 20.0)["monolith"]
    assert use.seconds == 12.0  # the rung was probed twice
    assert use.journeys == 240


def test_an_arm_that_held_nowhere_has_no_price_and_the_table_says_so(tmp_path: Path) -> None:
    bears = {"monolith": lambda cpus: 80 * cpus, "microservices": lambda cpus: 15 * cpus}
    run = demand(tmp_path / "run", bears=bears)
    first, *_ = rows = sizing_rows(run, default_prices())
    assert first.group == (
        "20 journeys/s; no deployment within the budget holds the objective: microservices"
    )
    assert all(row.cells[1] == NOTHING for row in rows)
    assert all(row.cells[0] != NOTHING for row in rows)


def test_the_page_shows_the_costs_of_each_load(tmp_path: Path) -> None:
    folder = make_search_run(
        tmp_path / "run",
        World(kind="demand", at=(10.0, 20.0), lowest=0.1, highest=1.0, blocks=1),
    )
    build(folder)
    page = (folder.report / "index.html").read_text(encoding="utf-8")
    assert page.count("USD per million journeys, provisioned") == 2
    assert "smallest deployment with which the objective held" in page
