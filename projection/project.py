"""A whole projection: learn from runs, foretell what was held out, then go beyond the machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from analysis.measured import MeasuredRun, load_run
from experiment.errors import InputError
from experiment.prices import Prices
from experiment.record import Plan, RunFolder
from experiment.store import Architecture
from projection import cell
from projection.assumed import Assumed
from projection.curves import RATES, Point, crossovers
from projection.demands import learnable
from projection.observed import Load, read_loads, split
from projection.prediction import Part, Prediction, predict
from projection.sizing import Sized, size
from projection.spike import Spiked, spike
from projection.store import Store, learn
from projection.suits import require_suiting

ARCHITECTURES: tuple[Architecture, ...] = ("monolith", "microservices")
HOT, SURGE = "recommend", 75.0
"""The operation that spikes, and by which factor."""
CELLS = (25.0, 50.0, 100.0, 200.0)
"""Journeys per second of the cells: that their times agree shows that a cell is enough."""
FAR = (100.0, 10_000.0)
"""Loads at which a spike is followed."""


@dataclass(frozen=True)
class Projection:
    """All that the report shows."""

    plans: tuple[Plan, ...]
    stores: dict[Architecture, Store]
    predictions: dict[Architecture, list[Prediction]]
    mix: dict[str, float]
    """Requests per journey, by operation."""
    points: tuple[Point, ...]
    cells: dict[Architecture, dict[float, float]]
    """p95 in ms by journeys per second of the cell."""
    spikes: dict[Architecture, dict[float, Spiked]]
    assumed: Assumed
    prices: Prices

    @cached_property
    def crossovers(self) -> list[float]:
        return crossovers(self.points, self.prices)


def project(folders: Sequence[RunFolder], prices: Prices, assumed: Assumed) -> Projection:
    """Read runs and compute everything; raises InputError when they do not suffice."""
    runs = [load_run(folder) for folder in folders]
    cpus = require_suiting(runs, ARCHITECTURES)
    loads = {each: _loads(folders, runs, each) for each in ARCHITECTURES}
    checked = {each: _checked(each, loads[each], cpus) for each in ARCHITECTURES}
    stores = {architecture: store for architecture, (store, _) in checked.items()}
    seen = loads["monolith"][0].journeys
    mix = cell.requests_per_journey(seen)

    def sized(architecture: Architecture, rate: float) -> Sized:
        return size(stores[architecture], mix, rate, assumed)

    return Projection(
        plans=tuple(run.plan for run in runs),
        stores=stores,
        predictions={each: found for each, (_, found) in checked.items()},
        mix=mix,
        points=tuple(Point(sized("monolith", r), sized("microservices", r)) for r in RATES),
        cells={a: {r: cell.p95_ms(sized(a, r), seen) for r in CELLS} for a in ARCHITECTURES},
        spikes={a: {r: spike(sized(a, r), mix, HOT, SURGE) for r in FAR} for a in ARCHITECTURES},
        assumed=assumed,
        prices=prices,
    )


def _checked(
    architecture: Architecture, loads: Sequence[Load], cpus: float
) -> tuple[Store, list[Prediction]]:
    """The store as it was learnt from some loads, and what it foretells of each of them."""
    to_learn, held_out = split(loads)
    learnt = learnable(to_learn, cpus)
    store = learn(architecture, learnt, cpus)
    _require_all_learnt(store, loads)
    parts: dict[Part, list[Load]] = {
        "held out": held_out,
        "learnt from": learnt,
        "left out": [load for load in to_learn if load not in learnt],
    }
    return store, predict(store, parts, cpus)


def _require_all_learnt(store: Store, loads: Sequence[Load]) -> None:
    due = {step.operation for load in loads for journey in load.journeys for step in journey}
    for unknown in sorted(due - set(store.demands.cpu_s)):
        raise InputError(
            f"No load that is learnt from asked the {store.architecture} for {unknown}; "
            "a longer profile would."
        )


def _loads(
    folders: Sequence[RunFolder], runs: Sequence[MeasuredRun], architecture: Architecture
) -> list[Load]:
    pairs = zip(folders, runs, strict=True)
    loads = [load for folder, run in pairs for load in read_loads(folder, run, architecture)]
    if not loads:
        raise InputError(f"No run holds a complete trial of the architecture {architecture}.")
    for load in loads:
        if not len(load.answered_ms):
            where = f"{load.trial.record.title}, {load.phase}"
            raise InputError(f"Nothing was answered correctly in {where}, so there is no time.")
    return loads
