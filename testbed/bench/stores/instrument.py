"""What the instrument costs each store: the same processes with it and without, in turn.

Two processes that run the same code differ by more than the instrument costs, so none is compared
with another: each is switched between rounds.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from experiment.store import Sample
from store.runtime.instrument import OFF, ON
from testbed.bench.cost import Cost
from testbed.bench.figure import difference, mean, ratio
from testbed.bench.record import InstrumentCost, InstrumentFigures, Ratio
from testbed.bench.rounds import Costs, Measure
from testbed.bench.stores.features import MeasureSide
from testbed.bench.stores.sides import Side, deployments
from testbed.platforms.platform import Deployment
from testbed.platforms.store.blueprint import INSTRUMENT_SWITCH

STORES = ("monolith", "microservices")
_STATES: Mapping[str, tuple[bytes, int]] = {"with": (ON, 0), "without": (OFF, 1_000_000)}
"""By state: what the switch says, and what is added to the number of a round. A checkout that is
asked for twice with one key is made once, so no two are alike."""


def switched(sample: Sample) -> list[Deployment]:
    """Both stores, their instrument with a switch."""
    stores = [each for each in deployments(sample) if each.name in STORES]
    return [replace(each, switched_instrument=True) for each in stores]


def make_switch(folder: Path) -> None:
    """Of a store in this folder, whose processes look for it when they start."""
    folder.mkdir(parents=True)
    (folder / INSTRUMENT_SWITCH).write_bytes(ON)


def instrument_measures(
    sides: Mapping[str, Side], folder: Path, measure: MeasureSide
) -> dict[str, Measure]:
    """By store and state; ``folder`` holds that of each store, by its name."""
    return {
        f"{name} {state}": partial(
            _measured, partial(measure, side), folder / name / INSTRUMENT_SWITCH, state
        )
        for name, side in sides.items()
        for state in _STATES
    }


def _measured(measure: Measure, switch: Path, state: str, number: int) -> Cost:
    says, further = _STATES[state]
    with switch.open("r+b") as file:  # never shorter: processes have it mapped
        file.write(says)
    return measure(number + further)


def instrument_figures(feature: str, costs: Costs, requests: int) -> InstrumentFigures:
    """``costs`` by store and state, of requests one at a time."""
    on, off = ({name: _cpu(costs[f"{name} {state}"]) for name in STORES} for state in _STATES)
    monolith, services = STORES
    return InstrumentFigures(
        feature=feature,
        requests_per_round=requests,
        stores=tuple(_cost(name, on[name], off[name]) for name in STORES),
        ratios=(
            *(
                Ratio(
                    says=f"{services} / {monolith}, {state} the instrument",
                    figure=ratio(of[services], of[monolith]),
                )
                for state, of in (("with", on), ("without", off))
            ),
            Ratio(
                says="with / without, of the ratio of the stores",
                figure=ratio(
                    _quotients(on[services], on[monolith]),
                    _quotients(off[services], off[monolith]),
                ),
            ),
        ),
    )


def _cost(name: str, on: list[float], off: list[float]) -> InstrumentCost:
    return InstrumentCost(
        store=name,
        with_ms=mean(on),
        without_ms=mean(off),
        cost_ms=difference(on, off),
        ratio=ratio(on, off),
    )


def _cpu(costs: list[Cost]) -> list[float]:
    """Of the store's processes, in ms per request: the database has no instrument of ours."""
    return [cost.cpu_ms["process"] for cost in costs]


def _quotients(over: list[float], under: list[float]) -> list[float]:
    return [one / other for one, other in zip(over, under, strict=True)]
