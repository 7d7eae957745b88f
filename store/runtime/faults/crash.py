"""Crash: the process ends at once; whoever watches over it may start it anew."""

import os
import signal
from typing import Literal

from store.runtime.faults.armed import FaultOnEntry, Products
from store.runtime.faults.in_force import InForce


class Crash(FaultOnEntry):
    kind: Literal["crash"] = "crash"
    product_id: int | None = None
    """The poison: only calls that name this product crash. None: all calls do."""

    def concerns(self, products: Products) -> bool:
        return self.product_id is None or self.product_id in products()

    def act(self, in_force: InForce) -> None:  # noqa: ARG002 - nothing outlives it
        os.kill(os.getpid(), signal.SIGKILL)
