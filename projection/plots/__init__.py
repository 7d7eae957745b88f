"""The figures of a projection."""

from analysis.plots.plot import Plot
from projection.plots import cost, held_out
from projection.project import Projection

PLOTS: tuple[Plot[Projection], ...] = (held_out.PLOT, cost.PLOT)
