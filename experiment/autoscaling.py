"""How the numbers of instances of an arm follow its load."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiment.part import Part, Positive

SYNC_S = 15.0
"""Time between two decisions, before compression: the default of Kubernetes."""


class Bounds(Part):
    """How many instances a role may have; it starts with the least."""

    least: Annotated[int, Field(ge=1, le=20)] = 1
    most: Annotated[int, Field(ge=1, le=20)]

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.least > self.most:
            raise ValueError(f"least ({self.least}) is above most ({self.most})")
        return self


class Autoscaling(Part):
    """Kubernetes' horizontal autoscaler with its default behaviour; the same for all arms.

    All times are those of a cluster. ``compression`` divides each of them, the autoscaler's own
    constants as well, so that a course of minutes takes seconds and keeps its shape.
    """

    metric: Literal["cpu", "in-flight"] = "cpu"
    target: Positive
    """cpu: share of an instance's quota that is used; in-flight: requests in hand of an instance;
    the mean over a role's instances is kept there."""
    start_s: Annotated[float, Field(ge=0, le=600)] = 30.0
    """From a decision until a new instance serves, at least: what fetching an image and scheduling
    would take. One that is not ready by then serves as soon as it is."""
    metrics_delay_s: Annotated[float, Field(ge=0, le=300)] = 15.0
    """Age of the readings on which is decided."""
    metrics_window_s: Annotated[float, Field(gt=0, le=600)] = 15.0
    """Over which a reading is averaged. Compressed, it holds fewer requests than in a cluster, and
    their number varies the more: small instances need a longer one."""
    compression: Annotated[float, Field(ge=1, le=60)] = 1.0

    @property
    def says(self) -> str:
        """All of it in a line, with the times as they pass."""
        start_s, delay_s = self.start_s / self.compression, self.metrics_delay_s / self.compression
        window_s = self.metrics_window_s / self.compression
        return (
            f"Kubernetes' horizontal algorithm with its default behaviour, {self.metric} kept at "
            f"{self.target:g}; times compressed {self.compression:g} to 1: a decision every "
            f"{SYNC_S / self.compression:g} s, readings of {window_s:g} s that are {delay_s:g} s "
            f"old, an instance serves {start_s:g} s after the decision at the earliest"
        )
