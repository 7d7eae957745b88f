"""Requests of a trial by cell, phase and feature: what tables and figures are made of.

Each row is looked at once; afterwards every table adds up a few dozen cells.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.shares import Shares, total

Floats = NDArray[np.float64]
T = TypeVar("T")
Cell = tuple[str, str]
"""Phase and feature."""


@dataclass(frozen=True)
class Cells:
    """Cells of one trial; those without a request are absent."""

    shares: Mapping[Cell, Shares]
    answered_ms: Mapping[Cell, Floats]
    """Response times of correct answers in milliseconds, in the order of the rows."""
    outcomes: Mapping[Cell, int]
    """Requests by phase and outcome."""

    def of(self, phase: str, features: Collection[str] = ()) -> Shares:
        """What became of the requests in a phase; of all features if none is named."""
        return total(s for cell, s in self.shares.items() if _in(cell, phase, features))

    def taken_together(self, groups: Mapping[str, Collection[str]]) -> "Cells":
        """These cells and, for each group of phases, all of its phases as if they were one."""
        return Cells(
            shares={**self.shares, **_grouped(self.shares, groups, total)},
            answered_ms={**self.answered_ms, **_grouped(self.answered_ms, groups, np.concatenate)},
            outcomes={**self.outcomes, **_grouped(self.outcomes, groups, sum)},
        )

    def answered_in(self, phase: str, features: Collection[str] = ()) -> Floats:
        """Response times of the correct answers in a phase, in no particular order."""
        found = [ms for cell, ms in self.answered_ms.items() if _in(cell, phase, features)]
        return np.concatenate([np.empty(0), *found])


def _grouped(
    cells: Mapping[Cell, T], groups: Mapping[str, Collection[str]], added: Callable[[list[T]], T]
) -> dict[Cell, T]:
    parts: dict[Cell, list[T]] = {}
    for (phase, name), value in cells.items():
        for group in (group for group, phases in groups.items() if phase in phases):
            parts.setdefault((group, name), []).append(value)
    return {cell: added(values) for cell, values in parts.items()}


def _in(cell: Cell, phase: str, features: Collection[str]) -> bool:
    return cell[0] == phase and (not features or cell[1] in features)


def cells_of(rows: pd.DataFrame) -> Cells:
    """Sort judged rows into their cells; rows outside all phases belong to none."""
    inside = rows["phase"].cat.codes.to_numpy() >= 0
    codes, names = _coded(rows, "feature")
    outcome_codes, outcome_names = _coded(rows, "outcome")
    counts = np.bincount(outcome_codes[inside], minlength=len(outcome_names))
    return Cells(
        shares=_shares(rows, codes, names, inside),
        answered_ms=_answered_ms(rows, codes, names, inside),
        outcomes={name: int(n) for name, n in zip(outcome_names, counts, strict=True) if n},
    )


def _coded(rows: pd.DataFrame, column: str) -> tuple[NDArray[np.int16], list[Cell]]:
    """A number for each row's phase and value of ``column``, and what the numbers stand for."""
    phases, values = rows["phase"].cat, rows[column].cat
    width = len(values.categories)
    codes = phases.codes.to_numpy(np.int16) * np.int16(width) + values.codes.to_numpy(np.int16)
    return codes, [(str(p), str(v)) for p in phases.categories for v in values.categories]


def _shares(
    rows: pd.DataFrame, codes: NDArray[np.int16], names: list[Cell], inside: NDArray[np.bool_]
) -> dict[Cell, Shares]:
    masks = [inside]
    masks += [inside & rows[c].to_numpy() for c in ("failed", "slow", "good", "degraded_ok")]
    counts = np.array([np.bincount(codes[mask], minlength=len(names)) for mask in masks])
    return {
        name: Shares(*column)
        for name, column in zip(names, counts.T.tolist(), strict=True)
        if column[0]
    }


def _answered_ms(
    rows: pd.DataFrame, codes: NDArray[np.int16], names: list[Cell], inside: NDArray[np.bool_]
) -> dict[Cell, Floats]:
    answered = inside & ~rows["failed"].to_numpy()
    parts = split_by(
        codes[answered], rows["response_ms"].to_numpy(np.float64)[answered], len(names)
    )
    return {name: part for name, part in zip(names, parts, strict=True) if len(part)}


def split_by(codes: NDArray[np.integer[Any]], values: Floats, kinds: int) -> list[Floats]:
    """Values by their code, 0 to ``kinds`` - 1, each part in the given order."""
    # A stable sort of integers of 8 or 16 bits is a radix sort: one pass, however many kinds.
    ordered = values[np.argsort(codes, kind="stable")]
    ends = np.cumsum(np.bincount(codes, minlength=kinds))
    return np.split(ordered, ends[:-1])
