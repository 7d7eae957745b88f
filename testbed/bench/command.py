"""What ``twinstack bench`` does: both benches one after the other, the tables, the record."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiment.errors import RunError
from experiment.output import require_file
from experiment.record import write_json
from experiment.store import Sample
from testbed import machine
from testbed.bench.crossing import ways
from testbed.bench.crossing.bench import CrossingBench
from testbed.bench.record import BenchRecord, Crossing, FeatureFigures, Turns
from testbed.bench.rounds import Costs, Measure, interleaved, over_starts
from testbed.bench.stores import fastest, figures
from testbed.bench.stores.at_once import CONNECTIONS
from testbed.bench.stores.bench import StoresBench
from testbed.bench.stores.features import (
    AT_ONCE,
    CHECKOUT,
    PAGE,
    checkout_measure,
    checkouts_at_once_measure,
    page_measure,
    pages_at_once_measure,
)
from testbed.bench.stores.figures import figures_of
from testbed.bench.stores.instrument import instrument_figures, instrument_measures, switched
from testbed.bench.stores.sides import WORK, deployments
from testbed.bench.stores.turn_figures import turns_of
from testbed.bench.stores.turns import turn_measures
from testbed.bench.table import show
from testbed.platforms.local.platform import LocalPlatform
from testbed.platforms.machine.affinity import Cores, split
from testbed.stopping import Stopped
from testbed.telling import Telling, telling
from testbed.terminal import Terminal

SEED = 1
TURNS = "turns"
FACTORS = {
    "loop": f"closed, one client; for rates at once, one of {CONNECTIONS} connections",
    "rounds": "each way once in each, in random order, after one that does not count",
    "starts": "all processes anew; intervals are over starts, whose processes differ",
    "CPU time": "of whole processes, by their CPU clocks; the client's is not in it",
    "rules": f"recommendation_passes {WORK.recommendation_passes}, so that rules hide nothing",
    "payment provider": "its sleep is taken off the times of one client; keys that it answers soon",
    "ASGI": "the product page by an ASGI function with asyncpg, on uvicorn: same bytes, same core",
    "path": "straight to the processes, without the edge",
}


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    starts: int
    rounds: int
    """Of each start."""
    calls: int = 200
    """Of each way in a round; so are those below."""
    pages: int = 50
    checkouts: int = 16
    pages_at_once: int = 400
    checkouts_at_once: int = 64
    sample: Sample = field(default_factory=Sample)


def bench(console: Terminal, size: Size, out: Path | None, *, of_instrument: bool = False) -> None:
    """Measure, show the tables, write ``out``. Nothing is left running, however it ends.

    ``of_instrument``: what the instrument in the stores costs, and nothing else.
    """
    if out is not None:
        require_file(out)
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    this_machine, cores = machine.this_machine(), split(os.sched_getaffinity(0))
    try:
        with LocalPlatform() as platform, telling(console) as tell:
            os.sched_setaffinity(0, platform.generator_cpus)
            measure = _instrument if of_instrument else _usual
            found = measure(platform, cores, size, tell)
    except Stopped as stopped:
        raise RunError("Stopped; nothing is left running and nothing was written.") from stopped
    record = BenchRecord(
        started_at=started_at,
        starts=size.starts,
        rounds=size.rounds,
        seed=SEED,
        machine=this_machine,
        cores=cores.says,
        versions={**machine.versions(), **machine.versions(fastest.PACKAGES)},
        commit=machine.commit_of_code(),
        factors=FACTORS,
        **found,
    )
    show(console, record)
    if out is not None:
        write_json(out, record)


def _usual(platform: LocalPlatform, cores: Cores, size: Size, tell: Telling) -> Mapping[str, Any]:
    """Members of the record: the crossing, features and turns."""
    crossing = _crossing(platform, cores, size, tell)
    pages, checkouts, turns = _stores(platform, cores, size, tell)
    return {"crossing": crossing, "features": (pages, checkouts), "turns": turns}


def _instrument(
    platform: LocalPlatform, cores: Cores, size: Size, tell: Telling
) -> Mapping[str, Any]:
    """The member of the record on what the instrument costs."""
    found = [_instrument_once(platform, cores, size, start, tell) for start in range(size.starts)]
    requests = {PAGE: size.pages, CHECKOUT: size.checkouts}
    return {
        "instrument": tuple(
            instrument_figures(what, over_starts([each[what] for each in found]), number)
            for what, number in requests.items()
        )
    }


def _instrument_once(
    platform: LocalPlatform, cores: Cores, size: Size, start: int, tell: Telling
) -> dict[str, Costs]:
    """What each feature cost in two stores that are started for it, with and without."""
    tell(f"bringing up the stores, {start + 1} of {size.starts}")
    products, seed = size.sample.products, SEED + start
    features = {
        PAGE: page_measure(products, size.pages, seed),
        CHECKOUT: checkout_measure(products, size.checkouts, seed),
    }
    with (
        platform.belongings.temporary_folder() as folder,
        StoresBench(platform, folder, cores, switched(size.sample), size.checkouts) as stores,
    ):
        return {
            what: interleaved(
                instrument_measures(stores.sides, folder, measure),
                size.rounds,
                seed,
                _round_of(f"{what} with and without", start, size, tell),
            )
            for what, measure in features.items()
        }


def _crossing(platform: LocalPlatform, cores: Cores, size: Size, tell: Telling) -> Crossing:
    found = []
    for start in range(size.starts):
        with (
            platform.belongings.temporary_folder() as folder,
            CrossingBench(folder, cores, platform.belongings) as crossing,
        ):
            told = _round_of("crossing", start, size, tell)
            measures = crossing.measures(size.calls)
            found.append(interleaved(measures, size.rounds, SEED + start, told))
    costs = over_starts(found)
    return Crossing(
        calls_per_round=size.calls,
        ways=tuple(ways.figures(costs)),
        parts=tuple(ways.parts(costs)),
        ratios=tuple(ways.ratios(costs)),
    )


def _stores(
    platform: LocalPlatform, cores: Cores, size: Size, tell: Telling
) -> tuple[FeatureFigures, FeatureFigures, Turns]:
    """Figures of the product page, of the checkout, and of turns."""
    found = [_stores_once(platform, cores, size, start, tell) for start in range(size.starts)]
    costs = {what: over_starts([each[what] for each in found]) for what in found[0]}

    def of(feature: str, alone: int, at_once: int) -> FeatureFigures:
        asked = figures.Size(alone, at_once, CONNECTIONS, len(cores.store))
        return figures_of(feature, costs[feature], costs[f"{feature} {AT_ONCE}"], asked)

    return (
        of(PAGE, size.pages, size.pages_at_once),
        of(CHECKOUT, size.checkouts, size.checkouts_at_once),
        turns_of(costs[TURNS], size.pages),
    )


def _stores_once(
    platform: LocalPlatform, cores: Cores, size: Size, start: int, tell: Telling
) -> dict[str, Costs]:
    """What each thing cost in stores that are started for it."""
    tell(f"bringing up the stores, {start + 1} of {size.starts}")
    customers = max(size.checkouts, size.checkouts_at_once)
    seed = SEED + start
    with (
        platform.belongings.temporary_folder() as folder,
        StoresBench(platform, folder, cores, deployments(size.sample), customers) as stores,
    ):
        stores.require_same_pages((1, size.sample.products))
        return {
            what: interleaved(measures, size.rounds, seed, _round_of(what, start, size, tell))
            for what, measures in _measures(stores, size, seed).items()
        }


def _measures(stores: StoresBench, size: Size, seed: int) -> dict[str, dict[str, Measure]]:
    """By what is asked; the page by ASGI is a page only."""
    products, sides = size.sample.products, stores.sides
    buying = checkout_measure(products, size.checkouts, seed)
    buying_at_once = checkouts_at_once_measure(products, size.checkouts_at_once, seed)
    return {
        PAGE: stores.measures(page_measure(products, size.pages, seed)),
        f"{PAGE} {AT_ONCE}": stores.measures(
            pages_at_once_measure(products, size.pages_at_once, seed)
        ),
        CHECKOUT: stores.measures(buying, leave_out=[fastest.NAME]),
        f"{CHECKOUT} {AT_ONCE}": stores.measures(buying_at_once, leave_out=[fastest.NAME]),
        TURNS: turn_measures(sides["microservices"], sides["monolith"], size.pages),
    }


def _round_of(what: str, start: int, size: Size, tell: Telling) -> Callable[[int], None]:
    where = f"{what}: start {start + 1} of {size.starts}"
    return lambda number: tell(f"{where}, round {number} of {size.rounds}")
