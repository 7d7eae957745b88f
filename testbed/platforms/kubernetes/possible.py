"""Which scenarios a cluster cannot run, and why: said before anything is started."""

from collections.abc import Iterator

from experiment.errors import InputError
from experiment.faults.on_instances import Pause, SlowStart
from experiment.faults.on_network import FaultOnNetwork
from experiment.scenario import Scenario
from experiment.store import Arm

OF_CONNECTIONS = "connections between pods cannot be seen from outside"
FAULTS = {
    Pause: "no process of a pod can be stopped and go on",
    SlowStart: "its pods are all alike, and start as fast as they can",
    FaultOnNetwork: "it has no proxy between services, and its network policies count nothing",
}


def require_possible(scenario: Scenario) -> None:
    """Raise InputError with the first reason why platform ``kubernetes`` cannot run it."""
    for reason in _reasons(scenario):
        raise InputError(f"Platform kubernetes cannot run {scenario.name}: {reason}.")


def _reasons(scenario: Scenario) -> Iterator[str]:
    if scenario.search is not None:
        yield "a search varies one CPU budget for all, and pods have one each"
    if scenario.watch_footprint:
        yield f"{OF_CONNECTIONS} (watch_footprint)"
    if scenario.budget.cores == "own":
        yield "its scheduler places pods, and gives none a core of its own (budget.cores)"
    for planned in scenario.timetable("full"):
        for fault in planned.phase.faults:
            yield from (
                f"the fault {fault.kind} of {planned.phase.name}: {why}"
                for kind, why in FAULTS.items()
                if isinstance(fault, kind)
            )
    for arm in scenario.arms:
        yield from _reasons_of(arm, scenario)


def _reasons_of(arm: Arm, scenario: Scenario) -> Iterator[str]:
    is_static = (arm.budget_mode or scenario.budget.mode) == "static"
    if is_static and arm.scaled:
        yield f"pods cannot share a slice, and {arm.name} is to scale within slices (static)"
    if arm.slow_client_protection == "none":
        yield f"its edge is configured as in its image, and protects {arm.name} from slow clients"
