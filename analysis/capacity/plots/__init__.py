"""Figures of a search report, one short file each, in the order in which the report shows them."""

from analysis.capacity.comparison import compare_limits
from analysis.capacity.plots import capacity, demand, effect, path
from analysis.capacity.run import SearchRun
from analysis.plots.plot import Plot
from experiment.search import SearchKind

_LIMITS: dict[SearchKind, Plot[SearchRun]] = {"capacity": capacity.PLOT, "demand": demand.PLOT}


def plots_of(run: SearchRun) -> tuple[Plot[SearchRun], ...]:
    """The figures that suit the kind of search; a ratio only where there is one."""
    ratio = (effect.PLOT,) if compare_limits(run).pairs else ()
    return _LIMITS[run.search.kind], *ratio, path.PLOT
