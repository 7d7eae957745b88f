"""Faults of clients: requests that do harm by the way in which they arrive.

They arrive where all visitors do, at the edge, so they are the same in both stores.
"""

from typing import Annotated, Literal

from pydantic import Field

from experiment.faults.on_roles import FaultOnRole

MOST_SOCKETS = 500
"""A process may have 1,024 files open on most machines."""


class SlowClients(FaultOnRole):
    """Clients announce a body, send one byte of it, and hold their connections.

    Waiting for the rest costs something: the edge memory, a store a thread.
    """

    kind: Literal["slow-clients"] = "slow-clients"
    role: Literal["accounts"] = "accounts"
    """Other roles that take bodies ask for a token first, and answer without reading one."""
    path: Literal["/api/sessions", "/api/accounts"] = "/api/sessions"
    """What they POST to."""
    sockets: Annotated[int, Field(ge=1, le=MOST_SOCKETS)]
    """Held all the time; one that is closed is opened again."""
    body_bytes: Annotated[int, Field(ge=2, le=16_384)] = 100
    """Length that they announce."""
    most_reopened: Annotated[int, Field(ge=0, le=100_000)] = 2_000
    """All in all; what is closed after that stays closed."""


ClientFault = SlowClients
