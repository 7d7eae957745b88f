"""Claims in words, and the published findings that bear on them."""

import tomllib
from importlib import resources
from typing import Literal

from pydantic import BaseModel, ConfigDict

Asked = Literal["application", "light", "heavy"]
"""Of what a throughput was published: an application, or an endpoint with little or much work."""


class ThroughputRatio(BaseModel):
    """Published throughput of the monolith over that of the services."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: Asked
    label: str
    ratio: float


class Finding(BaseModel):
    """One published measurement."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    claims: tuple[str, ...]
    found: str
    differs: str
    """How its set-up differs from ours."""
    throughput: tuple[ThroughputRatio, ...] = ()


class Literature(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    claims: dict[str, str]
    findings: tuple[Finding, ...]

    def on(self, claims: tuple[str, ...]) -> list[Finding]:
        """Findings that bear on any of the claims."""
        return [finding for finding in self.findings if set(finding.claims) & set(claims)]


def load_literature() -> Literature:
    text = resources.files("analysis").joinpath("claims.toml").read_text(encoding="utf-8")
    return Literature.model_validate(tomllib.loads(text))
