"""Fault points: named places at each module boundary, the same names in both stores.

A fault is aimed at a role ("recommendations"), not at a process: in the services the boundary is
the service's HTTP interface, in the monolith the module's public functions. A point does nothing
unless a test bed gave the process a faults file, and then only what that file says at the moment.

The file holds ``{"faults": [...]}``, each with the members of its class here. Where control enters
a role:

crash            the process kills itself as a segmentation fault would: no handler runs
error            an exception nobody expected
delay            waiting, more or less long
hang             waiting until the fault is lifted
cpu-burn         CPU time of the thread that calls
memory-leak      memory that no call gives back
pool-exhaustion  connections of the process's database pool that nobody gives back

Where it leaves a role: wrong-body, an answer of blank values. Where orders hands its events to
notifications: duplicate, drop and reorder.
"""

from store.runtime.faults.armed import ArmedFault
from store.runtime.faults.error import InjectedError
from store.runtime.faults.kinds import armed
from store.runtime.faults.points import FaultPoints
from store.runtime.faults.wrong_body import blank

__all__ = ["ArmedFault", "FaultPoints", "InjectedError", "armed", "blank"]
