"""From a planned fault to the fault itself."""

from experiment.faults.on_roles import Delay, Errors, Hang, Outage
from experiment.faults.plan import FaultPlan
from store.runtime.faults import ArmedFault
from testbed.faults.fault import Fault
from testbed.faults.fault_point import FaultBoard, FaultPoint
from testbed.faults.outage import outage


def fault_for(plan: FaultPlan, board: FaultBoard, seed: int) -> Fault:
    """The fault that ``plan`` describes, in the board's store; ``seed`` drives its chance."""
    match plan:
        case Outage():
            return outage(board, plan.role)
        case Errors():
            armed = ArmedFault(
                role=plan.role, kind="error", probability=plan.probability, seed=seed
            )
        case Delay():
            armed = ArmedFault(
                role=plan.role,
                kind="delay",
                probability=plan.probability,
                seed=seed,
                seconds=plan.delay_ms / 1000,
            )
        case Hang():
            armed = ArmedFault(role=plan.role, kind="hang")
    return FaultPoint(board, armed)
