"""What a figure of the report is."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from analysis.measured import MeasuredRun


@dataclass(frozen=True)
class Plot:
    name: str
    """Name of its files, and its anchor in the page."""
    title: str
    """Heading of its section."""
    draw: Callable[[MeasuredRun], Figure]
    caption: Callable[[MeasuredRun], str]
    """How to read it; doubles as its text for who cannot see it."""
