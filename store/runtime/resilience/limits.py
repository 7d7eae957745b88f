"""The numbers behind the policies of one caller towards one peer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """How long, how often, how many; each counts where its policy is in force."""

    deadline_s: float = 3.0
    """For the whole call, further instances included; below the patience of a person, so that
    they get an answer that says what is missing."""
    breaker_failures: int = 10
    """The circuit opens after so many failures in a row."""
    breaker_open_s: float = 0.5
    """An open circuit lets one probe through so often."""
    max_concurrent: int = 64
    """Bulkhead: further calls fail at once. Lower it where the answer can do without the peer,
    so that a slow peer cannot hold every request thread."""
