"""What an autoscaler is told: bounds, targets, windows and rates, with Kubernetes' defaults.

Terms and defaults are those of the HorizontalPodAutoscaler, ``autoscaling/v2``.
"""

from dataclasses import dataclass, replace
from typing import Literal, Self


@dataclass(frozen=True)
class Rate:
    """The largest change within a time."""

    value: float
    unit: Literal["instances", "percent"]
    period_s: float

    def compressed(self, factor: float) -> Self:
        return replace(self, period_s=self.period_s / factor)


@dataclass(frozen=True)
class Direction:
    """How fast and how readily to scale in one direction."""

    window_s: float
    """Stabilisation window: the most careful recommendation within it counts."""
    rates: tuple[Rate, ...]
    """The one that allows the largest change counts."""

    def compressed(self, factor: float) -> Self:
        rates = tuple(rate.compressed(factor) for rate in self.rates)
        return replace(self, window_s=self.window_s / factor, rates=rates)


UP = Direction(0.0, (Rate(100, "percent", 15.0), Rate(4, "instances", 15.0)))
DOWN = Direction(300.0, (Rate(100, "percent", 15.0),))


@dataclass(frozen=True)
class Policy:
    """The autoscaler of one role."""

    least: int
    most: int
    up: Direction = UP
    down: Direction = DOWN
    tolerance: float = 0.1
    """No change while the mean is within this share of the target."""
    sync_s: float = 15.0
    """Time between two decisions."""

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise ValueError(f"at least {self.least} and at most {self.most} instances")

    def compressed(self, factor: float) -> Self:
        """The same with all times divided by ``factor``: what takes a minute takes a second at 60.

        Every constant shrinks alike, so that the course of a decision keeps its shape.
        """
        return replace(
            self,
            up=self.up.compressed(factor),
            down=self.down.compressed(factor),
            sync_s=self.sync_s / factor,
        )
