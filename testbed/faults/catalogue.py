"""From a planned fault to the fault itself."""

from experiment.phase import FaultPlan
from store.runtime.faults import ArmedFault
from testbed.faults.fault import Fault
from testbed.faults.fault_point import FaultBoard, FaultPoint
from testbed.faults.outage import outage


def fault_for(plan: FaultPlan, board: FaultBoard, seed: int) -> Fault:
    """The fault that ``plan`` describes, in the board's store; ``seed`` drives its chance."""
    if plan.kind == "outage":
        return outage(board, plan.role)
    armed = ArmedFault(
        role=plan.role,
        kind=plan.kind,
        probability=plan.probability,
        seed=seed,
        seconds=plan.seconds,
    )
    return FaultPoint(board, armed)
