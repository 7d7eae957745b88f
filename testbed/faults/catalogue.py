"""From a planned fault to the fault itself."""

from experiment.faults.fault import PlannedFault
from experiment.faults.on_messages import FaultOnMessages
from experiment.faults.on_network import FaultOnNetwork
from experiment.faults.on_roles import FaultInCode, Outage
from experiment.faults.plan import FaultPlan
from store.runtime import faults
from testbed.faults.fault import Fault
from testbed.faults.fault_point import FaultBoard, FaultPoint
from testbed.faults.network import on_network
from testbed.faults.outage import outage

_TIMES = set(PlannedFault.model_fields) - {"kind"}


def fault_for(plan: FaultPlan, board: FaultBoard, seed: int) -> Fault:
    """The fault that ``plan`` describes, in the board's store; ``seed`` drives its chance."""
    match plan:
        case FaultOnNetwork():
            return on_network(board.store, plan, seed)
        case Outage():
            return outage(board, plan.role)
        case FaultInCode() | FaultOnMessages():
            # Each has a class of the same kind and members in the store's own fault points.
            armed = faults.armed({**plan.model_dump(exclude=_TIMES), "seed": seed})
            return FaultPoint(board, armed)
