"""Every fault that a scenario can plan, told apart by its ``kind``."""

from typing import Annotated, get_args

from pydantic import Field

from experiment.faults.of_clients import ClientFault
from experiment.faults.on_data import DataFault
from experiment.faults.on_instances import InstanceFault
from experiment.faults.on_messages import MessageFault
from experiment.faults.on_network import NetworkFault
from experiment.faults.on_roles import RoleFault

AnyFault = RoleFault | MessageFault | NetworkFault | InstanceFault | DataFault | ClientFault

FaultPlan = Annotated[AnyFault, Field(discriminator="kind")]

KINDS = frozenset(fault.model_fields["kind"].default for fault in get_args(AnyFault))
