"""Roles in stacked figures: each has one colour everywhere, small ones are taken together."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analysis.plots.style import BLUE, GREEN, GREY, ORANGE, PALE, PURPLE, SKY, YELLOW

Floats = NDArray[np.float64]
COLOURS = {
    "database": GREY,
    "edge": "#b4bcc5",
    "monolith": BLUE,
    "storefront": ORANGE,
    "catalog": SKY,
    "search": GREEN,
    "recommendations": PURPLE,
    "orders": YELLOW,
}
"""Of the roles that are named; eye and palette tell no more than these apart."""


def stacked_roles(amounts: Mapping[str, Floats]) -> dict[str, tuple[Floats, str]]:
    """Amount and colour by role, in the order of stacking; all roles without a colour as one."""
    stacked = {role: (amounts[role], colour) for role, colour in COLOURS.items() if role in amounts}
    rest = [amount for role, amount in amounts.items() if role not in COLOURS]
    if rest:
        total = np.asarray(np.sum(rest, axis=0), dtype=np.float64)
        stacked[f"{len(rest)} other services"] = (total, PALE)
    return stacked
