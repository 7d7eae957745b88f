"""What a store consists of while it runs: processes, memory, connections, bytes on the wire.

A trial leaves it in ``footprint.json`` where its scenario asks for it (``watch_footprint``).
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

CLIENTS = "clients"
"""Who calls the edge from outside: the load generator."""
EDGE = "edge"
PAYMENT_PROVIDER = "payment-provider"
"""Who is called outside of the store."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoleFootprint(_Part):
    """What one role holds at a moment."""

    role: str
    """A deployable's role, ``edge`` or ``database``."""
    processes: int
    memory_mb: float
    """MiB, as proportional set size."""
    database_connections: int
    """To its own database; 0 for a role that keeps no data."""


class Link(_Part):
    """Open TCP connections from one role to another."""

    caller: str
    """A role, or ``clients``."""
    callee: str
    """A role, or ``payment-provider``."""
    connections: int


class Reading(_Part):
    """A store at one moment."""

    took_ms: float
    """How long the reading took."""
    roles: tuple[RoleFootprint, ...]
    links: tuple[Link, ...]


class Traffic(_Part):
    """Payload of TCP in both directions between two roles, without headers of TCP and IP."""

    caller: str
    callee: str
    bytes: int


class Steady(_Part):
    """A phase of kind baseline: its end, and what went over the wire in it."""

    phase: str
    start_s: float
    end_s: float
    """When bytes were read, in seconds from the start of the load."""
    end: Reading
    traffic: tuple[Traffic, ...]
    closed: int
    """Connections that ended meanwhile: their last bytes are in no number."""


class Footprint(_Part):
    """``footprint.json`` of a trial."""

    schema_version: Literal[1] = 1
    rest: Reading
    """Ready to serve, before the first request."""
    steady: tuple[Steady, ...]
