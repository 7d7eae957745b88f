"""Figures of the report, one short file each, in the order in which the report shows them."""

from analysis.measured import MeasuredRun
from analysis.plots import availability, estimation, resources, spectrum, timeline
from analysis.plots.plot import Plot

PLOTS: tuple[Plot[MeasuredRun], ...] = (
    estimation.PLOT,
    timeline.PLOT,
    spectrum.PLOT,
    availability.PLOT,
    resources.PLOT,
)
