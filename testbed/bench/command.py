"""What ``twinstack bench`` does: both benches one after the other, the tables, the record."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from experiment.errors import RunError
from experiment.output import require_file
from experiment.record import write_json
from experiment.store import Sample
from testbed import machine
from testbed.bench.crossing import ways
from testbed.bench.crossing.bench import CrossingBench
from testbed.bench.record import BenchRecord, Crossing, FeatureFigures, Turns
from testbed.bench.rounds import Costs, interleaved, over_starts
from testbed.bench.stores.bench import StoresBench
from testbed.bench.stores.features import CHECKOUT, PAGE, checkout_measure, page_measure
from testbed.bench.stores.figures import PROVIDER_MS, Host, figures_of
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
FACTORS = {
    "loop": "closed, one client: it measures what a request costs, not what a load does",
    "rounds": "each way once in each, in random order, after one that does not count",
    "starts": "all processes anew; intervals are over starts, whose processes differ",
    "CPU time": "of whole processes, by their CPU clocks; the client's is not in it",
    "rules": f"recommendation_passes {WORK.recommendation_passes}, so that rules hide nothing",
    "payment provider": "its sleep is taken off the times; keys that it answers soon",
    "path": "straight to the processes, without the edge",
}


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    starts: int
    rounds: int
    """Of each start."""
    calls: int = 200
    """Of each way in a round."""
    pages: int = 50
    checkouts: int = 16
    sample: Sample = field(default_factory=Sample)


def bench(console: Terminal, size: Size, out: Path | None) -> None:
    """Measure, show the tables, write ``out``. Nothing is left running, however it ends."""
    if out is not None:
        require_file(out)
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    this_machine, cores = machine.this_machine(), split(os.sched_getaffinity(0))
    try:
        with LocalPlatform() as platform, telling(console) as tell:
            os.sched_setaffinity(0, platform.generator_cpus)
            crossing = _crossing(platform, cores, size, tell)
            features, turns = _stores(platform, cores, size, tell)
    except Stopped as stopped:
        raise RunError("Stopped; nothing is left running and nothing was written.") from stopped
    record = BenchRecord(
        started_at=started_at,
        starts=size.starts,
        rounds=size.rounds,
        seed=SEED,
        machine=this_machine,
        cores=cores.says,
        versions=machine.versions(),
        commit=machine.commit_of_code(),
        factors=FACTORS,
        crossing=crossing,
        features=features,
        turns=turns,
    )
    show(console, record)
    if out is not None:
        write_json(out, record)


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
) -> tuple[tuple[FeatureFigures, ...], Turns]:
    found = [_stores_once(platform, size, start, tell) for start in range(size.starts)]
    host = Host(len(cores.store), WORK.threads)
    pages, checkouts, turns = (over_starts(costs) for costs in zip(*found, strict=True))
    features = (
        figures_of(PAGE, pages, size.pages, host),
        figures_of(CHECKOUT, checkouts, size.checkouts, host, PROVIDER_MS),
    )
    return features, turns_of(turns, size.pages)


def _stores_once(
    platform: LocalPlatform, size: Size, start: int, tell: Telling
) -> tuple[Costs, Costs, Costs]:
    """Costs of the product page, the checkout and turns in stores that are started for them."""
    tell(f"bringing up the stores, {start + 1} of {size.starts}")
    products, seed = size.sample.products, SEED + start
    with (
        platform.belongings.temporary_folder() as folder,
        StoresBench(platform, folder, deployments(size.sample), size.checkouts) as stores,
    ):
        pages = stores.measures(page_measure(products, size.pages, seed))
        checkouts = stores.measures(checkout_measure(products, size.checkouts, seed))
        turns = turn_measures(stores.sides["microservices"], stores.sides["monolith"], size.pages)
        return (
            interleaved(pages, size.rounds, seed, _round_of(PAGE, start, size, tell)),
            interleaved(checkouts, size.rounds, seed, _round_of(CHECKOUT, start, size, tell)),
            interleaved(turns, size.rounds, seed, _round_of("turns", start, size, tell)),
        )


def _round_of(what: str, start: int, size: Size, tell: Telling) -> Callable[[int], None]:
    where = f"{what}: start {start + 1} of {size.starts}"
    return lambda number: tell(f"{where}, round {number} of {size.rounds}")
