"""Settings of one process, read from the environment by what starts it, never at import."""

import json
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from store.runtime.guards import Guard
from store.runtime.policies import Policies

Secret = Literal["secret", "service_token", "provider_token"]
"""Settings that only those processes get which need them; the same for all of a deployment."""
ClientName = Literal["urllib3", "http.client"]
"""urllib3: the most used pooled client of Python
http.client: Python's own, with a pool around it that does what urllib3's does here, and no more"""
Token = Annotated[str | None, Field(min_length=16, repr=False)]


def variable(name: str) -> str:
    """Name of the environment variable for a setting."""
    return f"TWINSTACK_{name.upper()}"


class SettingsError(Exception):
    """The environment does not describe a process that could run."""


def _decoded(value: object) -> object:
    """A part with members of its own is JSON in the environment."""
    return json.loads(value) if isinstance(value, str) else value


class Settings(BaseModel):
    """What one process of either store needs to know.

    Each field is read from the variable ``TWINSTACK_<FIELD>``. Every architecture gets the same
    values from the test bed, except for its own database and peers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: str
    """What this process does: a service name, or ``monolith``."""
    instance: str
    """Name of this instance, unique in a deployment; sent back in the header ``X-Instance``."""
    database_url: str | None = None
    """libpq URL of the database this process owns; None for a process without data."""
    peers_file: Path | None = None
    """JSON file ``{role: [base URL, ...]}`` of what this process may call, the outside payment
    provider included; read again when it changes."""
    secret: Annotated[str | None, Field(repr=False)] = None
    """Key that signs session tokens; None for a process that neither signs nor checks them."""
    service_token: Token = None
    """What a service demands on its internal paths, and sends along to those of others."""
    provider_token: Token = None
    """What the payment provider demands; None for a process that does not pay."""
    client: ClientName = "urllib3"
    """With what a service calls others; the payment provider is called by urllib3 in any case."""
    threads: int = 16
    """Request threads of this process; its database pool has the same size."""
    recommendation_factors: int = 32
    """Length of the factor vectors: the work one recommendation costs."""
    recommendation_passes: int = 1
    """How often the scores are computed per request: multiplies the work, not the answer."""
    reservation_s: float = 60.0
    """How long pieces are kept for a checkout that does not go on."""
    without: Annotated[frozenset[Guard], BeforeValidator(_decoded)] = frozenset()
    """Guards that are switched off."""
    start_delay_s: float = 0.0
    """This process takes so much longer until it is ready: a fault, never a setting to serve by."""
    faults_file: Path | None = None
    """JSON file that arms fault points; None means that none can ever fire."""
    telemetry_file: Path | None = None
    """File in which this process keeps its counters; None means that it keeps none."""
    instrument_switch: Path | None = None
    """File whose first byte switches the instrument off and on (``store.runtime.instrument``), for
    a bench of what it costs; None: it is on for good."""
    policies: Annotated[Policies, BeforeValidator(_decoded)] = Policies()
    """Which resilience policies are in force."""
    state_changes_file: Path | None = None
    """File to which this process appends a line for each change of state; None: it tells nobody."""

    def required(self, name: Secret) -> str:
        """A secret that this process cannot do without; SettingsError when it was given none."""
        value: str | None = getattr(self, name)
        if value is None:
            raise SettingsError(f"missing in the environment: {variable(name)}")
        return value

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read the settings; raises SettingsError that names what is missing or wrong."""
        found = {
            name: os.environ[variable(name)]
            for name in cls.model_fields
            if variable(name) in os.environ
        }
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            wrong = ", ".join(variable(str(each["loc"][0])) for each in error.errors())
            raise SettingsError(f"missing or wrong in the environment: {wrong}") from error

    def environment(self) -> dict[str, str]:
        """The variables that make ``from_environment`` return this object in a child process."""
        values = json.loads(self.model_dump_json(exclude_none=True))
        return {
            variable(name): value if isinstance(value, str) else json.dumps(value)
            for name, value in values.items()
        }
