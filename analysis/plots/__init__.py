"""Figures of the report, one short file each, in the order in which the report shows them."""

from analysis.measured import MeasuredRun
from analysis.plots import arms, availability, estimation, limbo, resources, spectrum, timeline
from analysis.plots.fault_matrix import matrix_plots
from analysis.plots.plot import Plot
from analysis.plots.recovery import recovery_plots
from analysis.plots.scaling import scaling_plots
from analysis.plots.sweep import sweep_plots
from analysis.plots.verdicts import verdict_plots
from analysis.plots.ways import ways_plots
from analysis.plots.work_curve import work_plots

BEYOND_A_PAIR = (arms.PLOT,)
"""Of runs with more than two arms, which other figures draw two of."""

PLOTS: tuple[Plot[MeasuredRun], ...] = (
    estimation.PLOT,
    timeline.PLOT,
    spectrum.PLOT,
    availability.PLOT,
    resources.PLOT,
)


def plots_of(run: MeasuredRun) -> tuple[Plot[MeasuredRun], ...]:
    """The figures that suit the run; none when no block is complete."""
    if not run.blocks:
        return ()
    more = () if run.is_pair else BEYOND_A_PAIR
    watched = (limbo.PLOT,) if run.scenario.watch_limbo else ()
    of_verdicts = (*verdict_plots(run), *sweep_plots(run), *work_plots(run))
    of_faults = (*recovery_plots(run), *scaling_plots(run), *ways_plots(run), *matrix_plots(run))
    return *PLOTS, *more, *of_verdicts, *of_faults, *watched
