"""What can be wrong with a hop of the network, as data that can be sent to the proxy."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Impairment:
    """One kind of trouble; it holds in both directions of every connection of a hop."""

    kind: Literal["refuse", "reset", "black-hole", "latency", "bandwidth", "partition"]
    """``refuse``: nobody listens. ``reset``: a connection is reset in the middle of an answer.
    ``black-hole``: connections are accepted, bytes go no further. ``latency``: they take longer.
    ``bandwidth``: they share a narrow way. ``partition``: packets are dropped, the first ones of
    a connection too."""
    delay_ms: float = 0.0
    """Of each direction: a call and its answer take twice as much longer."""
    jitter_ms: float = 0.0
    """Delays lie evenly within so much on either side of ``delay_ms``."""
    kb_per_s: float = 0.0
    """1,000 bytes each second, in each direction, for all connections of the hop together."""
    seed: int = 0
    """Drives the jitter."""


@dataclass
class Tally:
    """What befell the connections of a hop since its impairment began."""

    connections: int = 0
    """That were accepted."""
    refused: int = 0
    """Counted by the kernel for the whole machine, since nobody else sees them."""
    cut: int = 0
    """Connections reset in the middle of an answer."""
    pieces: int = 0
    """That went through, of at most 4 KiB."""
    waited_s: float = 0.0
    """Sum over those pieces."""
    bytes_through: int = 0
    bytes_held: int = 0
    """That arrived and were to go no further."""
    packets_dropped: int = 0

    def add(self, other: "Tally") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
