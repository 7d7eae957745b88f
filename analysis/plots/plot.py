"""What a figure of the report is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from matplotlib.figure import Figure

Run = TypeVar("Run")


@dataclass(frozen=True)
class Plot(Generic[Run]):
    name: str
    """Name of its files, and its anchor in the page."""
    title: str
    """Heading of its section."""
    draw: Callable[[Run], Figure]
    caption: Callable[[Run], str]
    """How to read it; doubles as its text for who cannot see it."""
