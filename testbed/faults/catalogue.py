"""From a planned fault to the fault itself."""

from experiment.faults.fault import PlannedFault
from experiment.faults.of_clients import SlowClients
from experiment.faults.on_data import ConnectionsUsedUp, DatabaseStopped, DataFault, LockHeld
from experiment.faults.on_instances import InstanceFault, Kill, Pause, Restart, SlowStart
from experiment.faults.on_messages import FaultOnMessages
from experiment.faults.on_network import FaultOnNetwork
from experiment.faults.on_roles import FaultInCode, Outage
from experiment.faults.plan import FaultPlan
from store.runtime import faults
from testbed.faults import (
    connections_used_up,
    database_stopped,
    instances,
    kill,
    lock_held,
    pause,
    restart,
    slow_clients,
)
from testbed.faults.fault import Fault
from testbed.faults.fault_point import FaultBoard, FaultPoint
from testbed.faults.network import on_network
from testbed.faults.outage import outage
from testbed.platforms.platform import RunningStore

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
        case Kill() | Pause() | Restart() | SlowStart():
            return _on_instances(plan, board.store, seed)
        case DatabaseStopped() | LockHeld() | ConnectionsUsedUp():
            return _on_data(plan, board.store)
        case SlowClients():
            return slow_clients.SlowClients(board.store.url, plan)


def _on_instances(plan: InstanceFault, store: RunningStore, seed: int) -> Fault:
    names = instances.hit(store, plan.role, plan.share, seed)
    match plan:
        case Kill():
            return kill.kill(store, names, plan.restart_after_s)
        case SlowStart():
            return kill.slow_start(store, names, plan.start_s)
        case Restart():
            return restart.restart(store, names)
        case Pause():
            return pause.Pause(store, names)


def _on_data(plan: DataFault, store: RunningStore) -> Fault:
    match plan:
        case DatabaseStopped():
            return database_stopped.DatabaseStopped(store, plan.role)
        case LockHeld():
            return lock_held.LockHeld(store, plan.role)
        case ConnectionsUsedUp():
            return connections_used_up.ConnectionsUsedUp(store, plan.role)
