"""Every kind of fault that a process knows, told apart by ``kind``."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from store.runtime.faults.armed import ArmedFault
from store.runtime.faults.cpu_burn import CpuBurn
from store.runtime.faults.crash import Crash
from store.runtime.faults.delay import Delay
from store.runtime.faults.error import Error
from store.runtime.faults.hang import Hang
from store.runtime.faults.memory_leak import MemoryLeak
from store.runtime.faults.on_messages import Drop, Duplicate, Reorder
from store.runtime.faults.pool_exhaustion import PoolExhaustion
from store.runtime.faults.wrong_body import WrongBody

_OnEntry = Crash | Error | Delay | Hang | CpuBurn | MemoryLeak | PoolExhaustion
_OnMessages = Duplicate | Drop | Reorder
AnyArmed = _OnEntry | WrongBody | _OnMessages

_ADAPTER: TypeAdapter[ArmedFault] = TypeAdapter(Annotated[AnyArmed, Field(discriminator="kind")])


def armed(values: Mapping[str, Any]) -> ArmedFault:
    """The fault with these members; pydantic's ValidationError when there is none such."""
    return _ADAPTER.validate_python(values)
