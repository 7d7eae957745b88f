"""The figure of blocks and effects."""

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from analysis.plots.estimation import against
from analysis.plots.style import STYLE


@pytest.mark.parametrize(
    "names",
    [
        ("microservices", "monolith"),
        ("microservices-b", "microservices"),
        ("microservices-static", "monolith-static"),
        ("microservices-without-guards", "microservices-with-guards"),
    ],
)
def test_the_title_above_the_effects_stays_within_the_figure(names: tuple[str, str]) -> None:
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(13, 6.2))
        _, effects = figure.subplots(1, 2, width_ratios=[1.25, 1])
        effects.set_ylabel("difference in requests")
        title = effects.set_title(against(*names))
        figure.draw_without_rendering()
    assert title.get_window_extent().x1 <= figure.bbox.x1
