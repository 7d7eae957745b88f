"""The limits of both arms by block, and their ratio with its interval."""

from matplotlib.figure import Figure

from analysis.capacity.comparison import compare_limits
from analysis.capacity.run import SearchRun
from analysis.capacity.units import held
from analysis.plots.estimation import draw_comparison
from analysis.plots.plot import Plot


def draw(run: SearchRun) -> Figure:
    return draw_comparison(run, compare_limits(run))


def caption(run: SearchRun) -> str:
    return (
        f"At {held(run.search.kind, run.decides)}. Left: the geometric mean of the bracket, each "
        "block a line from one arm to the other. Right: the ratio in each block, their mean and "
        "its 95 % interval (Student's t over blocks, on logs). Effects inside the grey band would "
        "not matter."
    )


PLOT = Plot("estimation", "Every block, and the ratio", draw, caption)
