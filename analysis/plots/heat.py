"""Response times as a heat map: every request counts, however many there are.

Dots hide each other as soon as there are thousands, and a picture of millions is as large as it is
black. A cell that holds a single request can still be seen.
"""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_hex, to_rgb
from numpy.typing import NDArray

Floats = NDArray[np.float64]
COLUMNS = 150
"""Cells along the time axis; wide enough to be told apart from the last row of a lecture hall."""
PER_DECADE = 16
FAINTEST = 0.22
"""Share of the colour in a cell with one request."""


FLOOR_MS = 0.01
"""Anything faster is drawn here."""


def draw_heat(
    axes: Axes, times_s: Floats, response_ms: Floats, duration_s: float, colour: str
) -> None:
    """Shade cells of time and of the logarithm of the response time by their requests."""
    if not len(times_s):
        return
    rows = np.log10(np.maximum(response_ms, FLOOR_MS)) * PER_DECADE
    low, high = math.floor(rows.min()), math.floor(rows.max()) + 1
    counts = _counted(times_s, duration_s, rows - low, high - low)
    mesh = _mesh(counts, duration_s, 10 ** (np.arange(low, high + 1) / PER_DECADE), colour)
    axes.add_collection(mesh)
    axes.autoscale_view()


def draw_strip(
    axes: Axes, times_s: Floats, duration_s: float, colour: str, place: tuple[float, float]
) -> None:
    """Shade a strip between two heights, as shares of the axes, by the events along the time."""
    if not len(times_s):
        return
    counts = _counted(times_s, duration_s, np.zeros(len(times_s)), 1)
    mesh = _mesh(counts, duration_s, np.array(place), colour)
    mesh.set_transform(axes.get_xaxis_transform())
    axes.add_collection(mesh, autolim=False)


def _counted(times_s: Floats, duration_s: float, rows: Floats, height: int) -> Floats:
    """How many points lie in each cell, row by row from the bottom; those outside are left out."""
    columns = times_s * (COLUMNS / duration_s)
    inside = (columns >= 0) & (columns < COLUMNS)
    cells = rows[inside].astype(np.int32) * COLUMNS + columns[inside].astype(np.int32)
    counts = np.bincount(cells, minlength=height * COLUMNS).reshape(height, COLUMNS)
    return counts.astype(np.float64)


def _mesh(counts: Floats, duration_s: float, edges: Floats, colour: str) -> QuadMesh:
    """A mesh of cells; empty ones are transparent, the others the darker the more they hold."""
    red, green, blue = (1 - FAINTEST * (1 - part) for part in to_rgb(colour))
    corners = np.meshgrid(np.linspace(0, duration_s, COLUMNS + 1), edges)
    return QuadMesh(
        np.stack(corners, axis=-1),
        array=np.ma.masked_equal(counts, 0),
        cmap=LinearSegmentedColormap.from_list("requests", [to_hex((red, green, blue)), colour]),
        norm=LogNorm(1, max(2.0, counts.max())),
        antialiased=False,
        rasterized=True,
        zorder=1.5,
    )
