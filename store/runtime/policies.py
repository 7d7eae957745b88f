"""Which resilience policies are in force: a factor of the experiment, the same for every process.

The kinds are switched here. How long, how often and how many is said where it is known best: by
each caller for each of its peers (``resilience.limits``). The fields' defaults are what the store
does when nobody asks for anything else.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

DeadlineMode = Literal["off", "per-call", "propagated"]
RetryMode = Literal["off", "naive", "budgeted"]
Reach = Literal["off", "peers", "all"]

PATIENCE_S = 30.0
"""Where there are no deadlines: so long waits whoever waits for as long as it takes."""


class Policies(BaseModel):
    """What is on, by kind."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deadline: DeadlineMode = "per-call"
    """off: every wait may take PATIENCE_S
    per-call: each call has its own limit
    propagated: a request has ``request_s`` as a whole. Calls, waits for the database and statements
    get what is left of it, and nothing is begun for a request whose time is up."""
    request_s: float = 5.0
    """From the edge on, with propagated deadlines: nobody waits for the answer any longer."""
    retry: RetryMode = "off"
    """off: a call that failed has failed
    naive: three more attempts at once, each with the whole time of a call
    budgeted: two more, after a pause drawn at random, within the time of the call, and at most one
    for ten calls. Either repeats only what may be repeated."""
    breaker: Reach = "peers"
    """Where circuit breakers are: nowhere, towards other services, or towards whatever a process
    calls, the payment provider included."""
    bulkhead: Reach = "peers"
    """Where the number of calls at once is limited, as for ``breaker``."""
    fallback: bool = True
    """Whether a product page does without a part that failed."""
    stale_cache: bool = False
    """Whether a part that failed is shown as it was when it last succeeded."""
    shedding: bool = False
    """Whether the edge refuses what exceeds twice the request threads of a role's instances."""

    def limit_s(self, usual_s: float) -> float:
        """How long a wait may take that usually may take ``usual_s``."""
        return PATIENCE_S if self.deadline == "off" else usual_s
