"""What ``twinstack bench`` does: both benches one after the other, the tables, the record."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from experiment.errors import RunError
from experiment.record import write_json
from experiment.store import Sample
from testbed import machine
from testbed.bench.crossing import ways
from testbed.bench.crossing.bench import CrossingBench
from testbed.bench.record import BenchRecord, Crossing, FeatureFigures
from testbed.bench.rounds import interleaved
from testbed.bench.stores.bench import StoresBench
from testbed.bench.stores.features import CHECKOUT, PAGE, checkout_measure, page_measure
from testbed.bench.stores.figures import PROVIDER_MS, Host, figures_of
from testbed.bench.stores.sides import WORK, deployments
from testbed.bench.table import show
from testbed.platforms.local.affinity import Cores, split
from testbed.platforms.local.platform import LocalPlatform
from testbed.stopping import Stopped
from testbed.telling import Telling, require_writable, telling

SEED = 1
FACTORS = {
    "loop": "closed, one client: it measures what a request costs, not what a load does",
    "rounds": "each way once in each, in random order, after one that does not count",
    "CPU time": "of whole processes, by their CPU clocks; the client's is not in it",
    "rules": f"recommendation_passes {WORK.recommendation_passes}, so that rules hide nothing",
    "payment provider": "its sleep is taken off the times; keys that it answers soon",
    "path": "straight to the processes, without the edge",
}


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    calls: int = 200
    """Of each way in a round."""
    pages: int = 60
    checkouts: int = 20
    sample: Sample = field(default_factory=Sample)


def bench(console: Console, size: Size, out: Path | None) -> None:
    """Measure, show the tables, write ``out``. Nothing is left running, however it ends."""
    require_writable(out)
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    this_machine, cores = machine.this_machine(), split(os.sched_getaffinity(0))
    try:
        with LocalPlatform() as platform, telling(console) as tell:
            os.sched_setaffinity(0, platform.generator_cpus)
            crossing = _crossing(platform, cores, size, tell)
            features = _features(platform, cores, size, tell)
    except Stopped as stopped:
        raise RunError("Stopped; nothing is left running and nothing was written.") from stopped
    record = BenchRecord(
        started_at=started_at,
        rounds=size.rounds,
        seed=SEED,
        machine=this_machine,
        cores=cores.says,
        versions=machine.versions(),
        commit=machine.commit_of_code(),
        factors=FACTORS,
        crossing=crossing,
        features=features,
    )
    show(console, record)
    if out is not None:
        write_json(out, record)


def _crossing(platform: LocalPlatform, cores: Cores, size: Size, tell: Telling) -> Crossing:
    belongings = platform.belongings
    with (
        belongings.temporary_folder() as folder,
        CrossingBench(folder, cores, belongings) as crossing,
    ):
        return crossing_of(crossing, size, tell)


def crossing_of(crossing: CrossingBench, size: Size, tell: Telling) -> Crossing:
    measures = crossing.measures(size.calls)
    costs = interleaved(measures, size.rounds, SEED, _round_of("crossing", size, tell))
    return Crossing(
        calls_per_round=size.calls,
        ways=tuple(ways.figures(costs)),
        parts=tuple(ways.parts(costs)),
        ratios=tuple(ways.ratios(costs)),
    )


def _features(
    platform: LocalPlatform, cores: Cores, size: Size, tell: Telling
) -> tuple[FeatureFigures, ...]:
    tell("bringing up the stores")
    with (
        platform.belongings.temporary_folder() as folder,
        StoresBench(platform, folder, deployments(size.sample), size.checkouts) as stores,
    ):
        return features_of(stores, Host(len(cores.store), WORK.threads), size, tell)


def features_of(
    stores: StoresBench, host: Host, size: Size, tell: Telling
) -> tuple[FeatureFigures, ...]:
    products = size.sample.products
    features = (
        (PAGE, page_measure(products, size.pages, SEED), size.pages, 0.0),
        (CHECKOUT, checkout_measure(products, size.checkouts, SEED), size.checkouts, PROVIDER_MS),
    )
    figures = []
    for name, measure, requests, provider_ms in features:
        told = _round_of(name, size, tell)
        costs = interleaved(stores.measures(measure), size.rounds, SEED, told)
        figures.append(figures_of(name, costs, requests, host, provider_ms))
    return tuple(figures)


def _round_of(what: str, size: Size, tell: Telling) -> Callable[[int], None]:
    return lambda number: tell(f"{what}: round {number} of {size.rounds}")
