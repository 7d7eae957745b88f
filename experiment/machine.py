"""The machine that a run was made on, as its record tells."""

from pydantic import BaseModel, ConfigDict


class Machine(BaseModel):
    """The machine a run was made on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_model: str
    cores: int
    memory_mb: int
    """MiB, as in ``swap_mb``."""
    kernel: str
    python: str
    load_before: float
    """Load average over one minute before the run."""
    swap_mb: int | None = None
    """This and what follows is None where it could not be read, and in records of old."""
    governor: str | None = None
    """Policy by which the kernel sets the frequency of the first core."""
    frequency_mhz: float | None = None
    """Of the first core, before the run."""
    virtualisation: str | None = None
    clocksource: str | None = None
    steal_share: float | None = None
    """CPU time since boot that a hypervisor gave to others, of all CPU time."""

    @property
    def fingerprint(self) -> str:
        """What two runs must share to count as made on the same machine."""
        cores = f"{self.cores} core{'s' if self.cores > 1 else ''}"
        return f"{self.cpu_model}, {cores}, kernel {self.kernel}"
